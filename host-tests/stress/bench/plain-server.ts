import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { UserError } from '../../../tools/cli/exit.ts';

const run = promisify(execFile);

/** Compiles a C file of this folder; `remove` deletes the program. */
export async function compileC(name: string): Promise<{ program: string; remove: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), 'last-ack-bench-'));
  const program = join(folder, name);
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    await run('cc', ['-O2', '-o', program, new URL(`./${name}.c`, import.meta.url).pathname]);
    return { program, remove };
  } catch {
    remove();
    throw new UserError(`${name}.c was not compiled.`, 'Install a C compiler (apt: build-essential).');
  }
}

/** A server of which the client, not the server, is the bottleneck. */
export async function startPlainServer(): Promise<{ port: number; stop: () => Promise<void> }> {
  const { program, remove } = await compileC('plain-server');
  const port = await freePort();
  const child = spawn(program, [String(port)], { stdio: ['ignore', 'ignore', 'inherit'] });
  await untilListening(port);
  return {
    port,
    stop: async () => {
      await ended(child);
      remove();
    },
  };
}

export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}

async function untilListening(port: number): Promise<void> {
  for (;;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (open) return;
    await sleep(50);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
