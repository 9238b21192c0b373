import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LinePort } from '../serial/line-port.ts';
import { sleep } from '../serial/sleep.ts';
import { BenchBoard } from '../serial/testing/bench-board.ts';
import { versionedApplication, wholeApplication, writeBuild } from './testing/applications.ts';
import { upload, type UploadResult } from './upload.ts';

let folder: string;
let bench: BenchBoard;
let port: LinePort;
let notes: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'last-ack-fallback-'));
  bench = new BenchBoard({});
  port = bench.plugIn();
  notes = [];
});

afterEach(() => {
  bench.close();
  rmSync(folder, { recursive: true });
});

async function put(): Promise<UploadResult> {
  const dir = writeBuild(folder, versionedApplication('one'));
  const result = await upload({ port, dir, clock: bench.clock, onNote: (note) => notes.push(note) });
  expect(await bench.boot(/APP .*END/)).toBe(wholeApplication('one'));
  return result;
}

/** Puts a weakness between the host and the board. */
function weaken(alter: (bytes: Uint8Array) => Uint8Array): void {
  const write = port.write.bind(port);
  port.write = (bytes) => write(alter(bytes));
}

/** A block is the only thing that is written in one go and is this long. */
const isBlock = (bytes: Uint8Array): boolean => bytes.length > 256;
const withoutOneByte = (bytes: Uint8Array): Uint8Array => bytes.subarray(1);

test('a driver that refuses the raised rate keeps the blocks at the usual one', async () => {
  const setBaudRate = port.setBaudRate.bind(port);
  port.setBaudRate = (rate) =>
    rate > 115200 ? Promise.reject(new Error('Error: Custom baud rate not supported')) : setBaudRate(rate);
  expect((await put()).method).toBe('raw blocks');
  expect(notes).toEqual(['the board does not answer at 921600 baud, staying at 115200']);
});

test('a cable that is deaf at the raised rate keeps the blocks at the usual one', async () => {
  weaken((bytes) => (port.baudRate > 115200 ? new Uint8Array() : bytes));
  expect((await put()).method).toBe('raw blocks');
  expect(notes).toEqual(['the board does not answer at 921600 baud, staying at 115200']);
});

test('bytes that get lost at the raised rate slow the blocks down', async () => {
  weaken((bytes) => (port.baudRate > 115200 && isBlock(bytes) ? withoutOneByte(bytes) : bytes));
  expect((await put()).method).toBe('raw blocks');
  expect(notes).toEqual(['blocks got lost at 921600 baud, going on at 115200']);
});

test('bytes that get lost at every rate lead to nodemcu-tool, which waits for each line', async () => {
  weaken((bytes) => (isBlock(bytes) ? withoutOneByte(bytes) : bytes));
  expect((await put()).method).toBe('nodemcu-tool');
  expect(notes).toEqual([
    'blocks got lost at 921600 baud, going on at 115200',
    'blocks got lost, going on with nodemcu-tool',
  ]);
});

test('a firmware without timers is served by nodemcu-tool', async () => {
  bench.close();
  bench = new BenchBoard({ 'init.lua': 'tmr=false' });
  port = bench.plugIn();
  await sleep(bench.clock, 500);
  expect((await put()).method).toBe('nodemcu-tool');
});
