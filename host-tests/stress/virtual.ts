import { existsSync } from 'node:fs';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ExitCode, UserError } from '../../tools/cli/exit.ts';
import { startVirtualBoard, type SessionOptions } from '../../tools/virtual-board/session.ts';
import { enterNamespace } from '../../tools/virtual-board/wire/namespace.ts';
import { captureFor, VirtualDriver } from '../drivers/virtual-driver.ts';
import type { BoardDriver } from '../board-driver.ts';
import { usualFirmware } from './firmware.ts';
import type { VirtualFlags } from './options.ts';
import type { CaptureChoice } from './evidence.ts';

/** A virtual board that serves, ready to be hammered. */
export interface BoardUnderTest {
  host: string;
  port: number;
  driver: BoardDriver;
  capture: CaptureChoice;
  /** Which network is used and what that means, in one line. */
  netReason: string;
  close(): Promise<void>;
}

const SERVING_MS = 30_000;
const RETRY_MS = 250;

/**
 * Starts a virtual board with the compiled firmware of `options.files` on it, in a network namespace of our own where
 * that is permitted, and waits until it takes connections. The first call may start this command line again inside
 * the namespace and never return.
 */
export async function startBoardUnderTest(flags: VirtualFlags, seed: number): Promise<BoardUnderTest> {
  const { files, profile, net, faults, speed, heap } = flags;
  if (files !== undefined && !existsSync(files))
    throw new UserError(`There is no firmware in ${files}.`, 'Build it first: last-ack build.', ExitCode.usage);
  if (net !== 'gateway') await enterNamespace();
  const firmware =
    files === undefined ? await usualFirmware(console.error) : { folder: files, remove: () => undefined };
  const chosen = { ...(faults !== undefined && { faults }), ...(heap !== undefined && { heap }) };
  try {
    return await serve({ files: firmware.folder, profile, net, speed, seed, ...chosen }, firmware.remove);
  } catch (error) {
    firmware.remove();
    throw error;
  }
}

async function serve(options: SessionOptions, removeFirmware: () => void): Promise<BoardUnderTest> {
  const session = await startVirtualBoard({ serial: 'off', ...options });
  try {
    await untilServing(session.host, session.port);
  } catch (error) {
    await session.close();
    throw error;
  }
  const { host, port, netReason } = session;
  const driver = await VirtualDriver.connect(session.controlPath, host, port);
  return {
    host,
    port,
    driver,
    capture: captureFor(session),
    netReason,
    close: async () => {
      await driver.close();
      await session.close();
      removeFirmware();
    },
  };
}

async function untilServing(host: string, port: number): Promise<void> {
  const deadline = performance.now() + SERVING_MS;
  while (!(await takesConnections(host, port))) {
    if (performance.now() > deadline)
      throw new UserError(
        `The virtual board took no connection in ${SERVING_MS / 1000} s.`,
        'Look at its log: last-ack board --files <the same folder>.',
        ExitCode.boardFailed,
      );
    await sleep(RETRY_MS);
  }
}

function takesConnections(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new Socket();
    socket.setTimeout(RETRY_MS, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(false));
    socket.connect(port, host, () => {
      resolve(true);
      socket.end();
      socket.resume();
    });
  });
}
