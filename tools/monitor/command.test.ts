import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPort } from '../serial/open-port.ts';
import { startVirtualBoard, type VirtualBoardSession } from '../virtual-board/session.ts';

const program = fileURLToPath(new URL('../cli/last-ack.js', import.meta.url));

let folder: string;
let path: string;
let board: VirtualBoardSession;
let monitor: ChildProcess;
let shown: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'last-ack-monitor-'));
  path = join(folder, 'cable');
  board = await plugIn('first');
  monitor = spawn(process.execPath, [program, 'monitor', '--port', path, '--json'], { stdio: 'pipe' });
  shown = '';
  monitor.stdout?.setEncoding('utf8').on('data', (text: string) => (shown += text));
  await shows('Ctrl-C ends it');
});

afterEach(async () => {
  monitor.kill('SIGKILL');
  await board.close();
  rmSync(folder, { recursive: true });
});

/** Puts a board with an application that answers on the cable that the monitor watches. */
async function plugIn(name: string): Promise<VirtualBoardSession> {
  const files = mkdtempSync(join(folder, 'files-'));
  writeFileSync(join(files, 'init.lua'), `function ask() print("I am the ${name}") end`);
  const session = await startVirtualBoard({ net: 'wire', files });
  rmSync(path, { force: true });
  symlinkSync(session.serialPath, path);
  return session;
}

const shows = (text: string): Promise<void> => expect.poll(() => shown, { timeout: 15_000 }).toContain(text);

test('a port that is followed is refused to others, who learn which process has it', async () => {
  await expect(openPort(path)).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringContaining(`(${monitor.pid})`) as string,
  });
});

test('the log goes on when a cable returns, what is typed reaches the board, and Ctrl-C is a good end', async () => {
  monitor.stdin?.write('ask()\n');
  await shows('"text":"I am the first"');
  await board.close();
  await shows('waiting for it to return');
  board = await plugIn('second');
  await shows('is back');
  monitor.stdin?.write('ask()\n');
  await shows('"text":"I am the second"');
  monitor.kill('SIGINT');
  expect(await once(monitor, 'exit')).toEqual([0, null]);
});
