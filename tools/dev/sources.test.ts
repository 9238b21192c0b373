import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { watchSources } from './sources.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'last-ack-sources-'));
  writeFileSync(join(folder, 'main.ts'), 'first');
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Watches, saves once, and again `onSeen`; resolves with what was told until nothing more came. */
async function told(onSeen: (count: number) => void, enough: number): Promise<string[][]> {
  const seen: string[][] = [];
  let done: () => void = () => undefined;
  const isDone = new Promise<void>((resolve) => (done = resolve));
  const stop = await watchSources(folder, (files) => {
    seen.push(files);
    onSeen(seen.length);
    if (seen.length === enough) done();
  });
  const late = setTimeout(done, 2000);
  writeFileSync(join(folder, 'main.ts'), 'second');
  await isDone;
  clearTimeout(late);
  await stop();
  return seen;
}

test('a save is told by the path of its file', async () => {
  expect(await told(() => undefined, 1)).toEqual([['main.ts']]);
});

test('a save right after the last one was told is not lost', async () => {
  const saveAgain = (count: number): void => {
    if (count === 1) writeFileSync(join(folder, 'main.ts'), 'third');
  };
  expect(await told(saveAgain, 2)).toEqual([['main.ts'], ['main.ts']]);
});

test('settings with a password and the copies of editors are not watched', async () => {
  const saveAgain = (count: number): void => {
    if (count !== 1) return;
    writeFileSync(join(folder, 'wifi.local.json'), '{}');
    writeFileSync(join(folder, '.main.ts.swp'), '');
    writeFileSync(join(folder, 'other.ts'), '');
  };
  expect(await told(saveAgain, 2)).toEqual([['main.ts'], ['other.ts']]);
});
