import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readDeviceFiles } from './device-files.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'last-ack-files-'))));
afterEach(() => rmSync(folder, { recursive: true }));

it('takes every file of a stranger’s folder, and none of its folders', () => {
  writeFileSync(join(folder, 'init.lua'), 'print(1)');
  writeFileSync(join(folder, 'page.html'), '');
  mkdirSync(join(folder, 'docs'));
  expect(Object.keys(readDeviceFiles(folder)).sort()).toEqual(['init.lua', 'page.html']);
});

it('takes only what a build lists, without its maps and reports', () => {
  for (const name of ['init.lua', 'main.lc', 'main.lua.map']) writeFileSync(join(folder, name), name);
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ files: [{ name: 'init.lua' }, { name: 'main.lc' }] }));
  const files = readDeviceFiles(folder);
  expect(Object.keys(files)).toEqual(['init.lua', 'main.lc']);
  expect(Buffer.from(files['main.lc'] ?? []).toString()).toBe('main.lc');
});

it('says which file is missing', () => {
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ files: [{ name: 'lost.lc' }] }));
  expect(() => readDeviceFiles(folder)).toThrow(/cannot read the files for the board: ENOENT.*lost\.lc/);
});
