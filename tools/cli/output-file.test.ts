import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkWritable, writeOutput } from './output-file.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'last-ack-output-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

test('a place that can be written is left as it was, but for its folder', () => {
  const out = join(folder, 'new/deep/stress.json');
  writeFileSync(join(folder, 'old.xml'), 'old');
  checkWritable([out, join(folder, 'old.xml')]);
  expect(existsSync(join(folder, 'new/deep'))).toBe(true);
  expect(existsSync(out)).toBe(false);
});

test.each([
  ['file/stress.json', 'a file is where a folder should be'],
  ['file/below/stress.json', 'a file is where a folder should be'],
  ['', 'it is a folder'],
])('a file cannot go to %j: %s', async (name, why) => {
  writeFileSync(join(folder, 'file'), '');
  const refusal = expect.objectContaining({ exitCode: 2, message: expect.stringContaining(why) as string }) as Error;
  expect(() => checkWritable([join(folder, 'ok.json'), join(folder, name)])).toThrow(refusal);
  await expect(writeOutput(join(folder, name), '')).rejects.toThrow(refusal);
});

test.skipIf(process.platform !== 'linux')(
  'a folder that the kernel cannot make is refused, and not tried for ever',
  () => {
    expect(() => checkWritable(['/proc/last-ack/stress.json'])).toThrow(/cannot be written: no folder/);
  },
);
