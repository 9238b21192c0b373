import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startVirtualBoard, type VirtualBoardSession } from '../virtual-board/session.ts';
import { versionedApplication, writeBuild } from './testing/applications.ts';

const program = fileURLToPath(new URL('../cli/last-ack.js', import.meta.url));
const nodemcuTool = join(dirname(createRequire(import.meta.url).resolve('nodemcu-tool')), '../bin/nodemcu-tool.js');

let folder: string;
let build: string;
let board: VirtualBoardSession;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'last-ack-verb-'));
  build = writeBuild(join(folder, 'build'), { ...versionedApplication('one'), 'big.bin': new Uint8Array(100_000) });
  board = await startVirtualBoard({ net: 'wire', serial: 'line', files: writeBuild(join(folder, 'empty'), {}) });
});

afterAll(async () => {
  await board.close();
  rmSync(folder, { recursive: true });
});

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

async function run(script: string, ...words: string[]): Promise<Outcome> {
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, [script, ...words])) };
  } catch (error) {
    return error as Outcome;
  }
}

test("nodemcu-tool's own command line talks to a board through the facade", async () => {
  const { code, stdout } = await run(nodemcuTool, 'fsinfo', '--port', board.serialPath);
  expect(stdout).toContain('Arch: esp8266');
  expect(code).toBe(0);
});

test('Ctrl-C ends an upload at once with its own exit code, and the next one brings everything', async () => {
  const child = spawn(process.execPath, [program, 'upload', '--port', board.serialPath, '--dir', build], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let shown = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (shown += text));
  await expect.poll(() => shown, { timeout: 20_000 }).toContain('uploading');
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([130, null]);
  expect(shown).toContain('interrupted');

  const { code, stdout } = await run(program, 'upload', '--port', board.serialPath, '--dir', build, '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ uploaded: expect.arrayContaining(['init.lua', 'big.bin']) as string[] });
});

test('a port that is not there ends with exit code 3, and as JSON too', async () => {
  const { code, stdout } = await run(program, 'upload', '--port', join(folder, 'none'), '--dir', build, '--json');
  expect(code).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({ exitCode: 3, cure: expect.stringContaining('last-ack board') as string });
});

test('without a build the exit code is 2 and the cure names the command', async () => {
  const { code, stderr } = await run(program, 'upload', '--port', board.serialPath, '--dir', join(folder, 'nowhere'));
  expect(code).toBe(2);
  expect(stderr).toContain('last-ack build');
});

test('Wi-Fi flags without a network are a usage error that does not repeat the password', async () => {
  const { code, stderr } = await run(program, 'upload', '--port', board.serialPath, '--password', 'hunter2hunter2');
  expect(code).toBe(2);
  expect(stderr).not.toContain('hunter2');
});
