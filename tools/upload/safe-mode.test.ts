import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { initLua } from '../build/init-lua.ts';
import { sleep } from '../serial/sleep.ts';
import { versionedApplication, wholeApplication, writeBuild } from './testing/applications.ts';
import { BenchBoard, IdleClock } from '../serial/testing/bench-board.ts';
import { upload } from './upload.ts';

let folder: string;
let bench: BenchBoard | undefined;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'last-ack-safe-'));
  writeBuild(folder, versionedApplication('two'));
});

afterEach(() => bench?.close());
afterAll(() => rmSync(folder, { recursive: true }));

const nuisances = {
  'floods the line': 'tmr.create():alarm(1,1,function()print(("flood "):rep(30))end)',
  'restarts all the time': 'tmr.create():alarm(400,0,function()node.restart()end)',
  'crashes all the time': 'tmr.create():alarm(400,0,function()error("crash")end)',
  'leaves hardly any heap': 'hog={}while node.heap()>2500 do hog[#hog+1]=("x"):rep(200)..#hog end',
};

test.each(
  Object.entries(nuisances).flatMap(([what, code]) => [
    { what, kind: 'one of ours', files: { 'init.lua': initLua('main'), 'main.lua': code } },
    { what, kind: 'a foreign one', files: { 'init.lua': code } },
  ]),
)('an application that $what is replaced: $kind', async ({ files }) => {
  bench = new BenchBoard(files, new IdleClock('memory'));
  await sleep(bench.clock, 1000);
  const port = bench.plugIn();
  const result = await upload({ port, dir: folder, clock: bench.clock });
  expect(result.uploaded).toContain('main.lua');
  expect(await bench.boot(/APP .*END/)).toBe(wholeApplication('two'));
});
