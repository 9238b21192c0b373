import { chmodSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { jsonLines } from './json-lines.ts';

/** A client of the control socket, as a method sees it. */
export interface ControlClient {
  /** Sends a line of its own, beside the answers: `{event}`, `{frame}`. */
  push(message: object): void;
  /** Bytes that the client has not taken yet. */
  readonly backlog: number;
  /** Calls `ended` when the client has gone. */
  onEnd(ended: () => void): void;
}

/** Answers one method; what it returns, or resolves to, is the result, what it throws is the error. */
export type ControlMethod = (params: Readonly<Record<string, unknown>>, client: ControlClient) => unknown;

export interface ControlServer {
  close(): Promise<void>;
}

interface Request {
  id: unknown;
  method: string;
  params: Record<string, unknown>;
}

/**
 * Serves `{id, method, params}` lines on a Unix socket that only this user may open; each is answered by
 * `{id, result}` or `{id, error}`.
 */
export async function serveControl(path: string, methods: ReadonlyMap<string, ControlMethod>): Promise<ControlServer> {
  const clients = new Set<Socket>();
  const server = createServer((socket) => {
    clients.add(socket);
    socket.on('close', () => clients.delete(socket));
    socket.on('error', () => socket.destroy());
    serveClient(socket, methods);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  chmodSync(path, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of clients) socket.destroy();
      }),
  };
}

function serveClient(socket: Socket, methods: ReadonlyMap<string, ControlMethod>): void {
  const push = (message: object): void => {
    if (!socket.destroyed) socket.write(`${JSON.stringify(message)}\n`);
  };
  const client: ControlClient = {
    push,
    get backlog() {
      return socket.writableLength;
    },
    onEnd: (ended) => socket.once('close', ended),
  };
  const receive = jsonLines(
    (value) => void answer(value, methods, client),
    (line) => push({ id: null, error: `not JSON: ${line.slice(0, 80)}` }),
  );
  socket.setEncoding('utf8').on('data', receive);
}

async function answer(
  value: unknown,
  methods: ReadonlyMap<string, ControlMethod>,
  client: ControlClient,
): Promise<void> {
  const request = asRequest(value);
  if (!request) {
    client.push({ id: null, error: 'expected {"id": ..., "method": "...", "params": {...}}' });
    return;
  }
  const { id, method, params } = request;
  const run = methods.get(method);
  if (!run) {
    client.push({ id, error: `unknown method ${method}; there are ${[...methods.keys()].join(', ')}` });
    return;
  }
  try {
    client.push({ id, result: (await run(params, client)) ?? null });
  } catch (error) {
    client.push({ id, error: error instanceof Error ? error.message : String(error) });
  }
}

function asRequest(value: unknown): Request | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { id, method, params } = value as Partial<Record<keyof Request, unknown>>;
  if (typeof method !== 'string') return undefined;
  const given = typeof params === 'object' && params !== null ? (params as Record<string, unknown>) : {};
  return { id: id ?? null, method, params: given };
}
