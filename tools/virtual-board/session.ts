import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { ExitCode, UserError } from '../cli/exit.ts';
import { connectControl, type BoardControl } from './control-client.ts';
import type { BoardEvent, BoardSnapshot } from './inspect.ts';
import { jsonLines } from './json-lines.ts';
import type { NetKind } from './network.ts';
import type { ModemLines } from './serial/line.ts';
import { whyOutside } from './wire/namespace.ts';

/** What to start; everything that is left out is as `last-ack board --help` says. */
export interface SessionOptions {
  profile?: string;
  /** `auto`: TAP when this process is in a network namespace of its own, the localhost gateway otherwise. */
  net?: 'auto' | NetKind;
  serial?: 'line' | 'instant' | 'off';
  /** A fault specification, e.g. "loss=1%,delay=20ms". */
  faults?: string;
  /** Path of a pcapng file to write. */
  pcap?: string;
  speed?: 'chip' | 'host';
  /** A folder whose files are on the board from the start, its firmware included. */
  files?: string;
  /** A file that holds the content of the flash chip. */
  flash?: string;
  seed?: number;
  /** Port of the gateway on 127.0.0.1; 0 (the default) takes a free one. */
  port?: number;
  /** Heap of the chip in bytes. */
  heap?: number;
}

/** What a board says when it is up: the first line of `last-ack board --json`. */
export interface BoardReady {
  pid: number;
  profile: string;
  seed: number;
  /** Absent with `--serial off`. */
  serialPath?: string;
  controlPath: string;
  net: NetKind;
  /** One line that says which network is used and what that means. */
  netReason: string;
  /** Where clients in this process's network reach the board's port 80. */
  host: string;
  port: number;
}

/** A virtual board in a process of its own, which ends with this one. */
export interface VirtualBoardSession extends BoardReady {
  serialPath: string;
  control: BoardControl;
  snapshot(options?: { collect?: boolean }): Promise<BoardSnapshot>;
  /** Everything but `pcb` events, which `control.call('subscribe', { types: ['pcb'] })` adds. */
  onEvent(receiver: (event: BoardEvent) => void): () => void;
  setLines(lines: ModemLines): Promise<void>;
  reset(): Promise<void>;
  close(): Promise<void>;
}

const CLOSE_GRACE_MS = 3000;

/**
 * Starts a virtual board and waits until its serial port and network are there.
 * @throws UserError with the board's own message when it does not come up.
 */
export async function startVirtualBoard(options: SessionOptions = {}): Promise<VirtualBoardSession> {
  const program = new URL('../cli/last-ack.js', import.meta.url).pathname;
  const child = spawn(
    process.execPath,
    [program, 'board', '--json', ...flags({ stay: whyOutside() ?? '', port: 0, ...options })],
    {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    },
  );
  const ready = await waitUntilReady(child);
  const control = await connectControl(ready.controlPath);
  await control.call('subscribe');
  return {
    ...ready,
    serialPath: ready.serialPath ?? '',
    control,
    snapshot: async (wanted = {}) => (await control.call('snapshot', wanted)) as BoardSnapshot,
    onEvent: (receiver) => control.onEvent(receiver),
    setLines: async (lines) => {
      await control.call('lines', lines);
    },
    reset: async () => {
      await control.call('reset');
    },
    close: async () => {
      control.close();
      await end(child);
      rmSync(dirname(ready.controlPath), { recursive: true, force: true });
    },
  };
}

function flags(options: SessionOptions & { stay: string }): string[] {
  return Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`]));
}

function waitUntilReady(child: ChildProcess): Promise<BoardReady> {
  return new Promise((resolve, reject) => {
    const receive = jsonLines(
      (value) => {
        const line = value as { ready?: BoardReady; error?: string; cure?: string; exitCode?: ExitCode };
        if (line.ready) resolve(line.ready);
        else if (line.error !== undefined) reject(new UserError(line.error, line.cure ?? '', line.exitCode));
      },
      () => undefined,
    );
    child.stdout?.setEncoding('utf8').on('data', receive);
    child.on('error', reject);
    child.on('exit', (code, signal) =>
      reject(
        new UserError(
          `the virtual board ended before it was up (${signal ?? `exit code ${code ?? '?'}`})`,
          'its own message is above; `last-ack doctor` says what this machine can do',
          ExitCode.boardFailed,
        ),
      ),
    );
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timeout = setTimeout(() => child.kill('SIGKILL'), CLOSE_GRACE_MS);
  await ended;
  clearTimeout(timeout);
}
