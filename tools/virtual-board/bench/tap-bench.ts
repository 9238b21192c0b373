import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TapRun } from '../board.bench.ts';
import { startVirtualBoard } from '../session.ts';
import { enterNamespace } from '../wire/namespace.ts';
import { benchServers } from './server.ts';

const CONNECTIONS = 20_000;
const WARM_UP = 3000;

// Run in a namespace of its own: ab against the board, then against a server without a board, on the same machine.
await enterNamespace();
const run: TapRun = { board: await measureBoard(), peer: await measurePeer() };
console.log(JSON.stringify(run));

/**
 * The tutorial's server, which closes first: ab never does. Without the firmware's refusal to reopen a connection from
 * TIME_WAIT, and with heap for a TIME_WAIT of every connection, so that speed is what is measured.
 */
async function measureBoard(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'last-ack-bench-'));
  writeFileSync(join(folder, 'init.lua'), benchServers.naive['init.lua']);
  const session = await startVirtualBoard({ net: 'tap', files: folder, profile: 'correct', heap: 64_000_000 });
  try {
    while (!(await session.snapshot()).wifi.connected) await new Promise((resolve) => setTimeout(resolve, 50));
    await ab(session.host, session.port, WARM_UP);
    return await ab(session.host, session.port, CONNECTIONS);
  } finally {
    await session.close();
    rmSync(folder, { recursive: true });
  }
}

async function measurePeer(): Promise<number> {
  const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => socket.end(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await ab('127.0.0.1', port, WARM_UP);
    return await ab('127.0.0.1', port, CONNECTIONS);
  } finally {
    server.close();
  }
}

/** Connections per second of sequential HEADs. */
async function ab(host: string, port: number, count: number): Promise<number> {
  const { stdout } = await promisify(execFile)('ab', [
    '-q',
    '-i',
    '-n',
    `${count}`,
    '-c',
    '1',
    `http://${host}:${port}/`,
  ]);
  const rate = /Requests per second:\s+([\d.]+)/.exec(stdout)?.[1];
  const failed = /Failed requests:\s+(\d+)/.exec(stdout)?.[1];
  if (rate === undefined || failed !== '0') throw new Error(`ab: ${failed ?? '?'} failed requests\n${stdout}`);
  return Number(rate);
}
