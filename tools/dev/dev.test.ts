import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BuildResult } from '../build/build.ts';
import { UserError } from '../cli/exit.ts';
import type { LinePort } from '../serial/line-port.ts';
import { BenchBoard } from '../serial/testing/bench-board.ts';
import { versionedApplication, wholeApplication, writeBuild } from '../upload/testing/applications.ts';
import { DevLoop } from './dev.ts';

let folder: string;
let bench: BenchBoard;
let port: LinePort;
let loop: DevLoop;
let following: Promise<void>;
let screen: string;
let build: () => string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'last-ack-dev-'));
  bench = new BenchBoard({});
  port = bench.plugIn();
  screen = '';
  build = () => writeBuild(folder, versionedApplication('one'));
  loop = new DevLoop({
    port,
    build: () => Promise.resolve().then(() => ({ outDir: build(), durationMs: 12 }) as BuildResult),
    upload: { clock: bench.clock },
    output: { write: (text) => (screen += stripVTControlCharacters(text)) },
    reopen: () => Promise.resolve((port = bench.plugIn())),
  });
  following = loop.follow();
});

afterEach(async () => {
  await loop.close();
  await following;
  bench.close();
  rmSync(folder, { recursive: true });
});

const shows = (text: string): Promise<void> => expect.poll(() => screen, { timeout: 10_000 }).toContain(text);

test('a save is built, uploaded and running, and the log shows the application but not the upload', async () => {
  await loop.update('start');
  await shows(wholeApplication('one'));
  build = () => writeBuild(folder, { ...versionedApplication('one'), 'beta.lua': 'return "two"' });
  await loop.update('src/beta.ts changed');
  await shows('src/beta.ts changed: built in 12 ms');
  await shows('1 file uploaded and verified');
  await shows('APP one:\tone\ttwo\tone\tEND');
  expect(screen).not.toContain('__ad');
});

test('a build that fails says why and leaves the application alone', async () => {
  await loop.update('start');
  await shows(wholeApplication('one'));
  const boots = bench.log.match(/NodeMCU 3/g)?.length;
  build = () => {
    throw new UserError('src/main.ts:3: error', 'mend it');
  };
  await loop.update('src/main.ts changed');
  await shows('src/main.ts:3: error');
  await shows('mend it');
  expect(bench.log.match(/NodeMCU 3/g)?.length).toBe(boots);
});

test('saves during an upload lead to one more round with the latest build', async () => {
  const versions = ['one', 'two', 'three'];
  build = () => writeBuild(folder, versionedApplication(versions.shift() ?? 'four'));
  const first = loop.update('first');
  await Promise.all([loop.update('second'), loop.update('third'), first]);
  expect(versions).toEqual(['three']);
  await shows(wholeApplication('two'));
});

test('when the cable is back the board is brought up to date', async () => {
  await loop.update('start');
  await shows(wholeApplication('one'));
  build = () => writeBuild(folder, versionedApplication('two'));
  port.unplug();
  await shows('has disappeared');
  await shows('is back: built');
  await shows(wholeApplication('two'));
});

test('what is typed reaches the board', async () => {
  await loop.update('start');
  await shows(wholeApplication('one'));
  loop.send('print("ty".."ped")\n');
  await shows('typed');
});
