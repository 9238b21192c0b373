import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { namespaceMissing } from './testing.ts';

const missing = await namespaceMissing();

interface Inside {
  state: string;
  namespace: string;
  pid: number;
  port: number;
}

let outer: ChildProcess | undefined;
afterEach(() => void outer?.kill('SIGKILL'));

/** Starts the fixture; `lines` are what it prints after its first line. */
async function start(): Promise<{ outer: ChildProcess; inside: Inside; lines: string[] }> {
  const fixture = new URL('./fixtures/namespaced.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--import', 'tsx', fixture], { stdio: ['ignore', 'pipe', 'inherit'] });
  outer = child;
  const reader = createInterface({ input: child.stdout });
  const [first] = (await once(reader, 'line')) as [string];
  const lines: string[] = [];
  reader.on('line', (line) => lines.push(line));
  return { outer: child, inside: JSON.parse(first) as Inside, lines };
}

/** Sends `text` and FIN to the forwarded port; resolves to what comes back until the other side's FIN or RST. */
function exchange(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let heard = '';
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => socket.end(text));
    socket.setEncoding('utf8').on('data', (chunk: string) => (heard += chunk));
    socket.on('end', () => resolve(heard));
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
  });
}

async function hasEnded(pid: number): Promise<boolean> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (!isRunning(pid)) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

/** A process that nobody has waited for yet has ended all the same. */
function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

describe.skipIf(missing)(`a command in its own namespace${missing ? ` (skipped: ${missing})` : ''}`, () => {
  it('has a network of its own with a loopback, and can still be reached from outside', async () => {
    const { inside } = await start();
    expect(inside.state).toBe('inside');
    expect(inside.namespace).not.toBe(readlinkSync('/proc/self/ns/net'));
    expect(await exchange(inside.port, 'half-closed')).toBe('HALF-CLOSED');
    expect(await exchange(inside.port, 'reset')).toBe('ECONNRESET');
  });

  it('gets the signals of its supervisor, whose exit code is its own', async () => {
    const { outer, lines } = await start();
    outer.kill('SIGTERM');
    const [code] = (await once(outer, 'close')) as [number];
    expect({ code, lines }).toEqual({ code: 7, lines: ['terminated'] });
  });

  it('ends when its supervisor is killed', async () => {
    const { outer, inside } = await start();
    outer.kill('SIGKILL');
    expect(await hasEnded(inside.pid)).toBe(true);
  });
});
