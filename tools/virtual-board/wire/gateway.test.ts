import { createHash } from 'node:crypto';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RealClock } from '../clock.ts';
import { findProfile } from '../profiles/index.ts';
import { seededRandom } from '../random.ts';
import { parseAddress } from '../tcpip/address.ts';
import { Err } from '../tcpip/errors.ts';
import type { Pcb, TcpEvents } from '../tcpip/pcb.ts';
import { TcpIp } from '../tcpip/stack.ts';
import { openGateway, type Gateway } from './gateway.ts';
import { createWire } from './wire.ts';

const address = (text: string): number => parseAddress(text) ?? 0;

let gateway: Gateway;
let board: TcpIp;
let seen: string[];
let heard: Buffer[];
/** What the server on the board does when the client has ended its side; closes unless a test says otherwise. */
let onFin: (pcb: Pcb) => void;

/** Echoes everything; "reset" is answered by a RST, "bye" by an early FIN. */
const server: TcpEvents = {
  accepted: (pcb) => {
    seen.push(`accepted ${pcb.remotePort}`);
    return Err.ok;
  },
  connected: () => Err.ok,
  received: (pcb, chunks) => {
    if (!chunks) {
      seen.push('fin');
      onFin(pcb);
      return Err.ok;
    }
    for (const chunk of chunks) {
      heard.push(Buffer.from(chunk));
      board.recved(pcb, chunk.length);
    }
    const text = Buffer.concat(heard).toString('latin1');
    if (text === 'reset') {
      board.abort(pcb);
      return Err.aborted;
    }
    if (text === 'bye') board.shutdownWrite(pcb);
    return Err.ok;
  },
  sent: () => Err.ok,
  failed: (_pcb, error) => void seen.push(`failed ${error}`),
};

beforeEach(async () => {
  const clock = new RealClock();
  const [near, far] = createWire(clock);
  seen = [];
  heard = [];
  board = new TcpIp({
    clock,
    random: seededRandom(1),
    link: near,
    mac: Uint8Array.of(2, 0, 0, 0, 0, 99),
    tcp: findProfile('correct').tcp,
  });
  board.setAddress(address('192.168.100.99'), address('255.255.255.0'), 0);
  board.listen(0, 80, server);
  onFin = (pcb) => {
    board.write(pcb, Buffer.concat(heard));
    board.close(pcb);
  };
  gateway = await openGateway({
    link: far,
    clock,
    random: seededRandom(2),
    ports: [0],
    host: '192.168.100.1',
    board: '192.168.100.99',
    boardPort: 80,
  });
});

afterEach(() => {
  gateway.close();
  board.stop();
});

interface Ending {
  text: string;
  ended: boolean;
  error: string | undefined;
}

function talk(use: (socket: Socket) => void): Promise<Ending> {
  return new Promise((resolve) => {
    const ending: Ending = { text: '', ended: false, error: undefined };
    const socket = connect({ port: gateway.port, host: '127.0.0.1', allowHalfOpen: true }, () => use(socket));
    socket.setEncoding('latin1').on('data', (text: string) => (ending.text += text));
    socket.on('end', () => (ending.ended = true));
    socket.on('error', (error: NodeJS.ErrnoException) => (ending.error = error.code));
    socket.on('close', () => resolve(ending));
  });
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

it('carries bytes and the FIN of a half-closed client over, and the answer back', async () => {
  expect(await talk((socket) => socket.end('hello'))).toEqual({ text: 'hello', ended: true, error: undefined });
  expect(seen).toEqual([expect.stringMatching(/^accepted \d+$/), 'fin']);
});

it("carries the board's FIN over while the client goes on sending", async () => {
  const ending = await talk((socket) => {
    socket.write('bye');
    socket.on('end', () => socket.end(' and more'));
  });
  expect(ending).toMatchObject({ text: '', ended: true, error: undefined });
  await until(() => seen.includes('fin'));
  expect(Buffer.concat(heard).toString()).toBe('bye and more');
});

it("answers the board's FIN with the client's", async () => {
  const ending = await talk((socket) => {
    socket.write('bye');
    socket.on('end', () => socket.end());
  });
  expect(ending).toMatchObject({ text: '', ended: true, error: undefined });
  await until(() => seen.includes('fin'));
});

it("carries the board's RST over", async () => {
  expect(await talk((socket) => socket.write('reset'))).toMatchObject({ ended: false, error: 'ECONNRESET' });
});

it("carries the client's RST over, even right behind data", async () => {
  await talk((socket) => {
    socket.write('x', () => socket.resetAndDestroy());
  });
  await until(() => seen.includes(`failed ${Err.reset}`));
  expect(seen).not.toContain('fin');
});

it('resets a client whose connection the board refuses', async () => {
  board.stop();
  board.netif.up = true;
  expect(await talk((socket) => socket.write('x'))).toMatchObject({ ended: false, error: 'ECONNRESET' });
});

it('carries a megabyte unharmed at the pace of the slower side', async () => {
  const sent = Buffer.alloc(1_000_000, 'last-ack ');
  onFin = (pcb) => board.close(pcb);
  await talk((socket) => {
    socket.end(sent);
  });
  const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
  expect(digest(Buffer.concat(heard))).toBe(digest(sent));
});

it('knows the local port behind each virtual one, also after the connection has ended', async () => {
  let localPort = 0;
  await talk((socket) => {
    localPort = socket.localPort ?? 0;
    socket.end('x');
  });
  const virtualPort = Number(/\d+/.exec(seen[0] ?? '')?.[0]);
  expect(gateway.ports()).toEqual({ [virtualPort]: localPort });
});

it('names the port that it cannot have', async () => {
  const occupant = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => occupant.once('listening', resolve));
  const { port } = occupant.address() as { port: number };
  const [link] = createWire(new RealClock());
  const options = { link, clock: new RealClock(), random: seededRandom(1), host: '10.0.0.1', board: '10.0.0.2' };
  await expect(openGateway({ ...options, ports: [port], boardPort: 80 })).rejects.toThrow(
    `the gateway cannot listen on 127.0.0.1:${port}: EADDRINUSE`,
  );
  const other = await openGateway({ ...options, ports: [port, 0], boardPort: 80 });
  expect(other.port).not.toBe(port);
  other.close();
  occupant.close();
});
