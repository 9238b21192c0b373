import { lstatSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import type { ModemLines } from '../virtual-board/serial/line.ts';

/** What a pseudo-terminal lacks: modem lines, and a baud rate that means something. */
export interface ControlLines {
  setLines(lines: ModemLines): Promise<void>;
  setBaudRate(baudRate: number): Promise<void>;
  close(): void;
}

interface Reply {
  id?: number;
  error?: string;
}

/** The control socket of the virtual board whose serial port is at `path`, undefined where there is none. */
export function controlSocketBeside(path: string): string | undefined {
  const socket = join(dirname(path), 'control');
  return lstatSync(socket, { throwIfNoEntry: false })?.isSocket() === true ? socket : undefined;
}

/** Connects to a virtual board's control socket: JSON lines `{id, method, params}`, answered by `{id, result | error}`. */
export async function connectControlLines(socketPath: string): Promise<ControlLines> {
  const socket = createConnection(socketPath);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject);
  });
  const call = startCalls(socket);
  return {
    setLines: (lines) => call('lines', { ...lines }),
    setBaudRate: (baudRate) => call('baud', { rate: baudRate }),
    close: () => socket.destroy(),
  };
}

function startCalls(socket: Socket): (method: string, params: object) => Promise<void> {
  const waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  let lastId = 0;
  let partial = '';

  socket.setEncoding('utf8').on('data', (text: string) => {
    const lines = (partial + text).split('\n');
    partial = lines.pop() ?? '';
    for (const line of lines) settle(JSON.parse(line) as Reply);
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('the virtual board has ended'));
    waiting.clear();
  });

  function settle({ id, error }: Reply): void {
    const call = id === undefined ? undefined : waiting.get(id);
    if (id === undefined || !call) return;
    waiting.delete(id);
    if (error === undefined) call.resolve();
    else call.reject(new Error(error));
  }

  return (method, params) =>
    new Promise((resolve, reject) => {
      if (socket.destroyed) {
        reject(new Error('the virtual board has ended'));
        return;
      }
      const id = ++lastId;
      waiting.set(id, { resolve, reject });
      socket.write(`${JSON.stringify({ id, method, params })}\n`);
    });
}
