import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import type { BoardReady } from './session.ts';
import { namespaceMissing } from './wire/testing.ts';

const missing = await namespaceMissing();
const program = new URL('../cli/last-ack.js', import.meta.url).pathname;

let command: ChildProcess | undefined;
afterEach(() => void command?.kill('SIGKILL'));

async function start(
  ...args: string[]
): Promise<{ child: ChildProcess; ready: BoardReady & { forwardedPort?: number } }> {
  const child = spawn(process.execPath, [program, 'board', '--json', '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  command = child;
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, ready: (JSON.parse(line) as { ready: BoardReady }).ready };
}

function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<boolean> {
  for (let attempt = 0; attempt < 200 && !condition(); attempt++)
    await new Promise((resolve) => setTimeout(resolve, 25));
  return condition();
}

describe.skipIf(missing)(`last-ack board${missing ? ` (skipped: ${missing})` : ''}`, () => {
  it('runs in a namespace of its own, and its port 80 is found outside', async () => {
    const { ready } = await start();
    expect(ready).toMatchObject({ net: 'tap', host: '192.168.100.99', port: 80 });
    expect(ready.forwardedPort).toBeGreaterThan(0);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 0],
  ] as const)('leaves no process and no folder behind after %s', async (signal, exitCode) => {
    const { child, ready } = await start();
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([exitCode, null]);
    expect(await until(() => !isRunning(ready.pid))).toBe(true);
    expect(existsSync(dirname(ready.controlPath))).toBe(false);
  });

  it('computes as slowly as the chip with --speed chip', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'last-ack-command-test-'));
    writeFileSync(
      join(folder, 'init.lua'),
      'local start = tmr.now() for i = 1, 20000 do local x = i * 2 end print("took", tmr.now() - start)',
    );
    const { child } = await start('--speed', 'chip', '--files', folder, '--net', 'wire');
    let text = '';
    child.stdout?.on('data', (bytes: Buffer) => (text += bytes.toString()));
    const took = (): number => Number(/took\\t(\d+)/.exec(text)?.[1] ?? 0);
    expect(await until(() => took() > 0)).toBe(true);
    // Three instructions and more a round, of 3 us each.
    expect(took()).toBeGreaterThan(150_000);
    rmSync(folder, { recursive: true });
  });

  it('ends with its supervisor even when that is killed', async () => {
    const { child, ready } = await start();
    child.kill('SIGKILL');
    expect(await until(() => !isRunning(ready.pid))).toBe(true);
    expect(existsSync(dirname(ready.controlPath))).toBe(false);
  });
});
