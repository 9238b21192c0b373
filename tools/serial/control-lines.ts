import { lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BoardError } from './board-error.ts';
import { connectControl } from '../virtual-board/control-client.ts';
import type { ModemLines } from '../virtual-board/serial/line.ts';

/** What a pseudo-terminal lacks: modem lines, and a baud rate that means something. */
export interface ControlLines {
  setLines(lines: ModemLines): Promise<void>;
  setBaudRate(baudRate: number): Promise<void>;
  close(): void;
}

/** The control socket of the virtual board whose serial port is at `path`, undefined where there is none. */
export function controlSocketBeside(path: string): string | undefined {
  const socket = join(dirname(path), 'control');
  return lstatSync(socket, { throwIfNoEntry: false })?.isSocket() === true ? socket : undefined;
}

/** A board answers within a millisecond; one that is stopped in a debugger never does. */
const answerLimitMs = 3000;

export async function connectControlLines(socketPath: string): Promise<ControlLines> {
  const control = await connectControl(socketPath);
  return {
    setLines: (lines) => answered(control.call('lines', { ...lines })),
    setBaudRate: (rate) => answered(control.call('baud', { rate })),
    close: () => control.close(),
  };
}

async function answered(call: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new BoardError('stopped', 'the virtual board does not answer')), answerLimitMs);
  });
  try {
    await Promise.race([call, silence]);
  } finally {
    clearTimeout(timer);
  }
}
