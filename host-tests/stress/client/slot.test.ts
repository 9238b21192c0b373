import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { newConnection, type Connection, type ConnectionListener } from './connection.ts';
import type { Exchange } from './exchange.ts';
import { HandleConnection } from './handle-connection.ts';
import { Slot } from './slot.ts';
import { SocketConnection } from './socket-connection.ts';
import { parseStyle } from './style.ts';
import { tcpWrap } from './tcp-wrap.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const RESPONSE = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n';

async function listen(onConnection: (socket: Socket) => void): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** What a server saw of one connection, in order. */
interface Seen {
  requests: number;
  chunks: number;
  log: string[];
  ended: Promise<void>;
}

/** Answers each request at once; closes after `closeAfter` responses, or when the client has. */
function answer(socket: Socket, closeAfter: number): Seen {
  const seen: Seen = {
    requests: 0,
    chunks: 0,
    log: [],
    ended: new Promise((resolve) => {
      socket.on('close', () => resolve());
    }),
  };
  let text = '';
  socket.on('data', (data) => {
    seen.chunks++;
    text += data.toString();
    for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
      text = text.slice(end + 4);
      socket.write(RESPONSE);
      if (++seen.requests === closeAfter) socket.end();
    }
  });
  socket.on('end', () => {
    seen.log.push('FIN');
    socket.end();
  });
  socket.on('error', () => seen.log.push('RST'));
  return seen;
}

let connection: (listener: ConnectionListener) => Connection = newConnection;

/** One slot for all connections to a port; calls must wait for each other. */
function client(port: number): (style: string, deadlineMs?: number) => Promise<Exchange> {
  const request = Buffer.from('HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  const keepAliveRequest = Buffer.from('HEAD / HTTP/1.1\r\nHost: x\r\n\r\n');
  let onDone: (exchange: Exchange) => void = () => undefined;
  const target = { address: '127.0.0.1', port, method: 'HEAD', request, keepAliveRequest } as const;
  const slot = new Slot(target, (exchange) => onDone({ ...exchange }), { readsPorts: true, connection });
  return (style, deadlineMs = 2000) =>
    new Promise((resolve) => {
      const timer = setTimeout(() => slot.abandon(), deadlineMs);
      onDone = (exchange) => {
        clearTimeout(timer);
        resolve(exchange);
      };
      slot.start(parseStyle(style), performance.now(), deadlineMs);
    });
}

const connect = (port: number, style: string, deadlineMs?: number): Promise<Exchange> =>
  client(port)(style, deadlineMs);

async function meet(style: string, closeAfter: number): Promise<{ exchange: Exchange; seen: Seen }> {
  let seen: Seen | undefined;
  const port = await listen((socket) => (seen = answer(socket, closeAfter)));
  const exchange = await connect(port, style);
  if (!seen) throw new Error('no connection came');
  await seen.ended;
  return { exchange, seen };
}

const wrap = tcpWrap;
const onHandles = wrap && ((listener: ConnectionListener) => new HandleConnection(listener, wrap));
const kinds: [string, ((listener: ConnectionListener) => Connection) | undefined][] = [
  ["Node's own handles", onHandles],
  ['node:net', (listener) => new SocketConnection(listener)],
];

describe.each(kinds)('on %s', (_name, kind) => {
  beforeAll(() => {
    connection = kind ?? newConnection;
  });

  test('read-to-eof waits for the FIN of the server', async () => {
    const { exchange, seen } = await meet('read-to-eof', 1);
    expect(exchange).toMatchObject({ outcome: 'answered', ending: 'device-fin', status: 200 });
    expect(seen.log).toEqual(['FIN']);
  });

  test('client-first sends its FIN without one', async () => {
    const { exchange } = await meet('client-first', 99);
    expect(exchange).toMatchObject({ outcome: 'answered', ending: 'client-fin' });
  });

  test('half-open keeps its side open for the time it was told', async () => {
    let held: (ms: number) => void = () => undefined;
    const heldMs = new Promise<number>((resolve) => (held = resolve));
    const port = await listen((socket) => {
      answer(socket, 1);
      const began = performance.now();
      socket.on('end', () => held(performance.now() - began));
    });
    await connect(port, 'half-open:150');
    expect(await heldMs).toBeGreaterThan(140);
  });

  test('reset ends with a RST after the response', async () => {
    const { exchange, seen } = await meet('reset', 99);
    expect(exchange).toMatchObject({ outcome: 'answered', ending: 'client-reset' });
    expect(seen.log).toEqual(['RST']);
  });

  test('keep-alive makes one request after another on one connection', async () => {
    const { exchange, seen } = await meet('keep-alive:5', 99);
    expect(exchange).toMatchObject({ outcome: 'answered', ending: 'client-fin' });
    expect(seen).toMatchObject({ requests: 5, chunks: 5 });
  });

  test('keep-alive on a server that closes after two responses is cut short', async () => {
    const { exchange } = await meet('keep-alive:5', 2);
    expect(exchange).toMatchObject({ outcome: 'truncated', ending: 'device-fin' });
  });

  test('pipelined sends its requests at once and reads all responses', async () => {
    const { exchange, seen } = await meet('pipelined:4', 99);
    expect(exchange).toMatchObject({ outcome: 'answered', ending: 'client-fin' });
    expect(seen).toMatchObject({ requests: 4, chunks: 1 });
  });

  test('slow-headers sends eight pieces', async () => {
    const { exchange, seen } = await meet('slow-headers:10', 99);
    expect(exchange.outcome).toBe('answered');
    expect(seen.chunks).toBe(8);
  });

  test('connect-and-wait says nothing and closes after its time', async () => {
    const { exchange, seen } = await meet('connect-and-wait:100', 99);
    expect(exchange).toMatchObject({ outcome: 'idle', ending: 'client-fin' });
    expect(exchange.endedAt - exchange.startedAt).toBeGreaterThan(90);
    expect(seen).toMatchObject({ requests: 0, chunks: 0, log: ['FIN'] });
  });

  test('a deadline ends what does not end', async () => {
    const port = await listen(() => undefined);
    expect(await connect(port, 'read-to-eof', 100)).toMatchObject({ outcome: 'timeout', ending: 'deadline' });
  });

  test('a greeting of another protocol is named when the deadline comes', async () => {
    const port = await listen((socket) => void socket.write('SSH-2.0-dropbear\r\n'));
    expect(await connect(port, 'read-to-eof', 100)).toMatchObject({
      outcome: 'wrong-reply',
      ending: 'deadline',
      detail: 'not HTTP: it begins with "SSH-2"',
    });
  });

  test('a response without a close is answered, and its ending is the deadline', async () => {
    const port = await listen((socket) => void answer(socket, 99));
    expect(await connect(port, 'read-to-eof', 100)).toMatchObject({ outcome: 'answered', ending: 'deadline' });
  });

  test('a slot survives a refusal and works on its next use', async () => {
    const port = await listen((socket) => void answer(socket, 1));
    servers.pop()?.close();
    expect(await connect(port, 'read-to-eof')).toMatchObject({ outcome: 'refused' });
  });

  test('resets that follow the data in one breath are never taken for a clean end', async () => {
    const port = await listen((socket) => {
      socket.once('data', () => socket.write(RESPONSE, () => socket.resetAndDestroy()));
    });
    const again = client(port);
    for (let round = 0; round < 200; round++) expect((await again('read-to-eof')).ending).toBe('reset');
  });

  test('clean ends are never taken for resets', async () => {
    const port = await listen((socket) => {
      socket.once('data', () => socket.end(RESPONSE));
      socket.on('end', () => undefined);
    });
    const again = client(port);
    for (let round = 0; round < 200; round++) expect((await again('read-to-eof')).ending).toBe('device-fin');
  });

  test('responses longer and shorter than the last one are read whole', async () => {
    let number = 0;
    const port = await listen((socket) => {
      const filler = 'x'.repeat([0, 3000, 10, 3000, 2999, 3001, 70_000, 0][number++ % 8] ?? 0);
      socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\nX-Filler: ${filler}\r\nContent-Length: 0\r\n\r\n`));
    });
    const again = client(port);
    for (let round = 0; round < 32; round++) {
      const tooLong = round % 8 === 6;
      const expected = tooLong ? { outcome: 'wrong-reply' } : { outcome: 'answered', ending: 'device-fin' };
      expect(await again('read-to-eof')).toMatchObject(expected);
    }
  });
});
