import { lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
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

export async function connectControlLines(socketPath: string): Promise<ControlLines> {
  const control = await connectControl(socketPath);
  return {
    setLines: async (lines) => {
      await control.call('lines', { ...lines });
    },
    setBaudRate: async (rate) => {
      await control.call('baud', { rate });
    },
    close: () => control.close(),
  };
}
