import { VirtualBoard } from './board.ts';
import { FineClock, RealClock } from './clock.ts';
import { controlMethods } from './control-methods.ts';
import { serveControl } from './control.ts';
import { readDeviceFiles } from './device-files.ts';
import { openNetwork, type NetKind } from './network.ts';
import { findProfile } from './profiles/index.ts';
import { seededRandom } from './random.ts';
import { createRuntimeFolder } from './runtime-folder.ts';
import { FileFlash } from './serial/file-flash.ts';
import { MemoryFlash } from './serial/memory-flash.ts';
import { openPty } from './serial/pty.ts';
import type { LineRate } from './serial/uart.ts';
import type { BoardReady } from './session.ts';
import { ChipRadio } from './wire/chip-radio.ts';
import { parseFaults } from './wire/faults/spec.ts';
import { Wiring } from './wiring.ts';

export interface LaunchOptions {
  profile: string;
  net: 'auto' | NetKind;
  /** Why there is no network namespace of our own, when that has been tried. */
  noNamespace: string | undefined;
  serial: LineRate | 'off';
  speed: 'chip' | 'host';
  faults: string | undefined;
  pcap: string | undefined;
  files: string | undefined;
  flash: string | undefined;
  seed: number;
  port: number | undefined;
  heap: number | undefined;
}

/** A board that runs in this process, on wall-clock time. */
export interface LaunchedBoard {
  board: VirtualBoard;
  ready: BoardReady;
  close(): Promise<void>;
}

type Undo = () => void | Promise<void>;

/**
 * Assembles a board with its network, serial port and control socket, without power.
 * @throws UserError when an option cannot be had on this machine; nothing is left behind then.
 */
export async function launchBoard(options: LaunchOptions): Promise<LaunchedBoard> {
  const undone: Undo[] = [];
  const close = async (): Promise<void> => {
    for (const undo of undone.splice(0).reverse()) await undo();
  };
  try {
    return { ...(await assemble(options, (undo) => void undone.push(undo))), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function assemble(
  options: LaunchOptions,
  onClose: (undo: Undo) => void,
): Promise<Pick<LaunchedBoard, 'board' | 'ready'>> {
  const clock = new RealClock();
  const random = seededRandom(options.seed);
  const profile = findProfile(options.profile);
  const plan = options.faults === undefined ? undefined : parseFaults(options.faults);
  const files = options.files === undefined ? undefined : readDeviceFiles(options.files);
  const flash = options.flash === undefined ? new MemoryFlash() : new FileFlash(options.flash);
  if (flash instanceof FileFlash) onClose(() => flash.close());

  const network = await openNetwork({ ...options, wanted: options.net, clock, random });
  onClose(() => network.close());
  const wiring = new Wiring({
    link: network.link,
    clock,
    random,
    plan,
    onAccessPoint: (up) => board.setAccessPoint(up),
  });
  onClose(() => wiring.close());
  if (options.pcap !== undefined) wiring.startCapture(options.pcap);

  const board = new VirtualBoard({
    profile,
    clock,
    serialClock: new FineClock(),
    random,
    flash,
    link: options.speed === 'chip' ? new ChipRadio(wiring.boardSide, clock, profile.speed.radio) : wiring.boardSide,
    speed: options.speed,
    ...(options.serial !== 'off' && { serialRate: options.serial }),
    ...(files && { files }),
    ...(options.heap !== undefined && { heap: options.heap }),
  });
  onClose(() => board.close());

  const folder = createRuntimeFolder();
  onClose(() => folder.remove());
  if (options.serial !== 'off') {
    const pty = await openPty(board.serial, folder.serialPath);
    onClose(() => pty.close());
  }
  const control = await serveControl(
    folder.controlPath,
    controlMethods(board, {
      point: wiring.boardSide,
      now: () => clock.now(),
      setAccessPoint: (up) => wiring.setAccessPoint(up),
      startCapture: (path) => wiring.startCapture(path),
      stopCapture: () => wiring.stopCapture(),
      gatewayPorts: () => network.gatewayPorts(),
    }),
  );
  onClose(() => control.close());

  wiring.start();
  return {
    board,
    ready: {
      pid: process.pid,
      profile: profile.name,
      seed: options.seed,
      ...(options.serial !== 'off' && { serialPath: folder.serialPath }),
      controlPath: folder.controlPath,
      net: network.kind,
      netReason: network.reason,
      host: network.host,
      port: network.port,
    },
  };
}
