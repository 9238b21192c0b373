import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BoardEvent } from './inspect.ts';
import { startVirtualBoard, type SessionOptions, type VirtualBoardSession } from './session.ts';

let folder: string;
let session: VirtualBoardSession | undefined;

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'last-ack-session-'))));
afterEach(async () => {
  await session?.close();
  session = undefined;
  rmSync(folder, { recursive: true });
});

async function start(options: SessionOptions = {}): Promise<VirtualBoardSession> {
  session = await startVirtualBoard({ net: 'gateway', ...options });
  return session;
}

function hasProcess(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<boolean> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await condition()) return true;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return false;
}

it('runs a folder of Lua files from init.lua and tells what happens', async () => {
  writeFileSync(join(folder, 'init.lua'), 'print("from " .. "init.lua") gpio.mode(4, gpio.OUTPUT) gpio.write(4, 1)');
  const board = await start({ files: folder });
  const events: BoardEvent[] = [];
  board.onEvent((event) => events.push(event));
  await board.reset();
  expect(await until(async () => (await board.snapshot()).pins['2'] === 1)).toBe(true);
  expect(events.map((event) => (event.type === 'serial' ? event.text : '')).join('')).toContain('from init.lua');
  expect(await board.snapshot()).toMatchObject({ mode: 'running', restarts: 1, lastReset: 'external' });
});

it('says which network is used and what that means', async () => {
  const board = await start();
  expect(board).toMatchObject({ net: 'gateway', host: '127.0.0.1' });
  expect(board.netReason).toBe(
    `localhost gateway 127.0.0.1:${board.port} (as asked): ` +
      "the client's TCP ends at the gateway, so endings are judged between gateway and board",
  );
});

it('keeps the flash chip in a file', async () => {
  const board = await start({ flash: join(folder, 'flash.bin') });
  await board.close();
  expect(readFileSync(join(folder, 'flash.bin')).length).toBe(4 * 1024 * 1024);
});

it('leaves nothing behind when it is closed', async () => {
  const board = await start();
  expect(existsSync(board.serialPath)).toBe(true);
  await board.close();
  expect(hasProcess(board.pid)).toBe(false);
  expect(existsSync(dirname(board.controlPath))).toBe(false);
});

it('ends when the program that started it is killed', async () => {
  const fixture = new URL('./fixtures/abandon.ts', import.meta.url).pathname;
  const parent = spawn(process.execPath, ['--import', 'tsx', fixture], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
  const { pid, controlPath } = JSON.parse(line) as { pid: number; controlPath: string };
  expect(hasProcess(pid)).toBe(true);
  parent.kill('SIGKILL');
  expect(await until(() => !hasProcess(pid))).toBe(true);
  expect(existsSync(dirname(controlPath))).toBe(false);
});

it.each<[SessionOptions, string]>([
  [{ faults: 'los=1%' }, 'fault "los=1%" is unknown, did you mean loss?'],
  [{ files: '/nowhere/at/all' }, 'cannot read the files for the board: ENOENT'],
  [{ net: 'tap' }, '--net tap cannot be had: not in a network namespace of its own'],
  [{ pcap: '/nowhere/at/all.pcapng' }, 'cannot write the capture /nowhere/at/all.pcapng: ENOENT'],
])('passes on why it does not come up: %j', async (options, message) => {
  await expect(start(options)).rejects.toThrow(message);
});
