import { createConnection, type Socket } from 'node:net';
import type { BoardEvent } from './inspect.ts';
import { jsonLines } from './json-lines.ts';

/** A frame as the control socket streams it: `t` on the board's clock in milliseconds, `dir` from the board's view. */
export interface StreamedFrame {
  t: number;
  dir: 'rx' | 'tx';
  base64: string;
  /** Frames left out before this one because the reader was too slow; absent when none were. */
  dropped?: number;
}

/** What the control socket sends: an answer to a call, or a line of a stream. */
interface Message {
  id?: number;
  result?: unknown;
  error?: string;
  event?: BoardEvent;
  frame?: StreamedFrame;
}

/** A connection to a running board's control socket. */
export interface BoardControl {
  /** @throws Error with the board's own words, or when the board has gone. */
  call(method: string, params?: object): Promise<unknown>;
  onEvent(receiver: (event: BoardEvent) => void): () => void;
  onFrame(receiver: (frame: StreamedFrame) => void): () => void;
  onClose(receiver: () => void): void;
  close(): void;
}

export async function connectControl(path: string): Promise<BoardControl> {
  const socket = createConnection(path);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject);
  });
  return speak(socket);
}

function speak(socket: Socket): BoardControl {
  const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  const events = new Set<(event: BoardEvent) => void>();
  const frames = new Set<(frame: StreamedFrame) => void>();
  let lastId = 0;

  const receive = jsonLines(
    (value) => {
      const { id, result, error, event, frame } = value as Message;
      if (event) for (const receiver of events) receiver(event);
      if (frame) for (const receiver of frames) receiver(frame);
      const call = id === undefined ? undefined : waiting.get(id);
      if (id === undefined || !call) return;
      waiting.delete(id);
      if (error === undefined) call.resolve(result);
      else call.reject(new Error(error));
    },
    () => socket.destroy(),
  );
  socket.setEncoding('utf8').on('data', receive);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('the virtual board has ended'));
    waiting.clear();
  });

  return {
    call: (method, params = {}) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) {
          reject(new Error('the virtual board has ended'));
          return;
        }
        const id = ++lastId;
        waiting.set(id, { resolve, reject });
        socket.write(`${JSON.stringify({ id, method, params })}\n`);
      }),
    onEvent: (receiver) => add(events, receiver),
    onFrame: (receiver) => add(frames, receiver),
    onClose: (receiver) => void socket.once('close', receiver),
    close: () => socket.destroy(),
  };
}

function add<T>(set: Set<T>, value: T): () => void {
  set.add(value);
  return () => set.delete(value);
}
