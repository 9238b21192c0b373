import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sleep } from '../serial/sleep.ts';
import { versionedApplication, wholeApplication, writeBuild, type Files } from './testing/applications.ts';
import { BenchBoard } from '../serial/testing/bench-board.ts';
import { upload, type UploadOptions, type UploadResult } from './upload.ts';

let folder: string;
let bench: BenchBoard | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'last-ack-upload-'));
});

afterEach(() => {
  bench?.close();
  bench = undefined;
  rmSync(folder, { recursive: true });
});

function boardWith(files: Files): BenchBoard {
  bench = new BenchBoard(files);
  return bench;
}

async function put(board: BenchBoard, files: Files, options: Partial<UploadOptions> = {}): Promise<UploadResult> {
  const port = board.plugIn();
  try {
    return await upload({ port, dir: writeBuild(folder, files), clock: board.clock, ...options });
  } finally {
    await port.close();
  }
}

const allBytes = Uint8Array.from({ length: 1000 }, (_, index) => (index * 7) & 255);

test.each([
  ['raw blocks', {}],
  ['raw blocks', { fastBaud: 0 }],
  ['nodemcu-tool', { transfer: 'nodemcu-tool' }],
] as const)('by %s %j an application arrives whole and runs', async (method, options) => {
  const board = boardWith({});
  const application = { ...versionedApplication('one'), 'data.bin': allBytes, 'empty.txt': '' };
  const result = await put(board, application, options);
  expect(result).toMatchObject({ method, restarted: true, uploaded: Object.keys(application) });
  expect(await board.boot(/APP .*END/)).toBe(wholeApplication('one'));
});

test('what is on the board already does not travel, and the application is not disturbed', async () => {
  const board = boardWith({});
  await put(board, versionedApplication('one'));
  await board.boot(/APP .*END/);
  await sleep(board.clock, 5000);
  const boots = board.log.match(/NodeMCU 3/g)?.length;
  expect(await put(board, versionedApplication('one'))).toMatchObject({ uploaded: [], bytes: 0, restarted: false });
  expect(board.log.match(/NodeMCU 3/g)?.length).toBe(boots);
});

test('only the module that changed travels', async () => {
  const board = boardWith({});
  await put(board, versionedApplication('one'));
  const changed = { ...versionedApplication('one'), 'beta.lua': 'return "two"' };
  expect((await put(board, changed)).uploaded).toEqual(['beta.lua']);
  expect(await board.boot(/APP .*END/)).toContain('one\ttwo\tone');
});

test('a file of the same size with other bytes is found by its digest', async () => {
  const board = boardWith({});
  await put(board, { ...versionedApplication('one'), 'data.txt': 'abcd' });
  expect((await put(board, { ...versionedApplication('one'), 'data.txt': 'abdc' })).uploaded).toEqual(['data.txt']);
});

test('stale files of ours go, files of the user stay', async () => {
  const board = boardWith({ 'users.txt': 'mine' });
  await put(board, versionedApplication('one', ['alpha', 'beta', 'gamma']));
  const result = await put(board, versionedApplication('two', ['alpha', 'beta']));
  expect(result.removed).toEqual(['gamma.lua']);
  expect(
    (await put(board, { ...versionedApplication('two', ['alpha', 'beta']), 'users.txt': 'mine' })).uploaded,
  ).toEqual([]);
});

test('Wi-Fi settings travel as wifi.lua, stay when none are given, and are in no message', async () => {
  const board = boardWith({});
  const notes: string[] = [];
  const onNote = (note: string): void => void notes.push(note);
  const wifi = { ssid: 'la"b', password: 'hunter2hunter2' };
  const first = await put(board, versionedApplication('one'), { wifi, onNote });
  expect(first.uploaded).toContain('wifi.lua');
  const second = await put(board, versionedApplication('two', ['alpha']), { onNote });
  expect(second.removed).toEqual(['beta.lua', 'gamma.lua']);
  expect(JSON.stringify([first, second, notes])).not.toContain('hunter2');
  const port = board.plugIn();
  await port.write(Buffer.from('\nw=dofile("wifi.lua")print(w.ssid,w.password)\n'));
  await expect.poll(() => board.log).toContain('la"b\thunter2hunter2\r\n');
});

test('a board that stopped half-way through the swap finishes it at its next boot', async () => {
  const board = boardWith({
    ...versionedApplication('one'),
    '~1': versionedApplication('two')['main.lua'] ?? '',
    '~commit': 'local r,d=file.rename,file.remove d("main.lua")r("~1","main.lua")d("~commit")',
  });
  expect(await board.boot(/APP .*END/)).toContain('APP two');
});

test('a console that another tool left in the middle of a statement is brought back', async () => {
  const board = boardWith({});
  const port = board.plugIn();
  await sleep(board.clock, 100);
  await port.write(Buffer.from('local t = [[ this never\n'));
  await port.close();
  expect((await put(board, versionedApplication('one'))).restarted).toBe(true);
});

test('bytecode for a firmware that cannot run it is refused before anything is written', async () => {
  const integerBuild =
    'local n=node node=setmetatable({info=function()return{number_type="integer"}end},{__index=function(_,k)return n[k]end})';
  const board = boardWith({ 'init.lua': integerBuild });
  await sleep(board.clock, 500);
  await expect(put(board, { ...versionedApplication('one'), 'extra.lc': 'bytecode' })).rejects.toThrow('integer build');
  expect((await put(board, versionedApplication('one'))).restarted).toBe(true);
});

test('an upload that cannot fit is refused before anything is written', async () => {
  const board = boardWith({ filler: new Uint8Array(1_300_000) });
  const big = { ...versionedApplication('one'), 'big.bin': new Uint8Array(200_000) };
  await expect(put(board, big)).rejects.toMatchObject({ fault: 'full', exitCode: 4 });
});
