import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { firmwareRoot } from '../../tools/build/project.ts';
import { usualFirmware } from './firmware.ts';

const before = process.cwd();
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'last-ack-test-'));
  process.chdir(folder);
});

afterEach(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true, force: true });
});

/** What the firmware here says when it starts, and what was said about it. */
async function look(): Promise<{ folder: string; says: string; lines: string[] }> {
  const lines: string[] = [];
  const firmware = await usualFirmware((line) => lines.push(line));
  const says = readFileSync(join(firmware.folder, 'main.lc'), 'latin1');
  firmware.remove();
  return { folder: firmware.folder, says, lines };
}

function write(greeting: string, at: Date): void {
  mkdirSync('firmware/src', { recursive: true });
  writeFileSync(
    'firmware/tsconfig.json',
    JSON.stringify({ extends: `${firmwareRoot}tsconfig.base.json`, include: ['src'] }),
  );
  writeFileSync('firmware/src/main.ts', `print('${greeting}')\n`);
  for (const path of ['firmware/tsconfig.json', 'firmware/src/main.ts', 'firmware/src']) utimesSync(path, at, at);
}

test('a project is built before its first use, and again only when its sources have changed', async () => {
  write('hello', new Date(Date.now() - 60_000));
  const first = await look();
  expect(first.says).toContain('hello');
  expect(first.lines).toEqual([expect.stringContaining('was not built yet')]);
  expect(await look()).toEqual({ ...first, lines: [] });
  write('good day', new Date(Date.now() + 1000));
  const changed = await look();
  expect(changed.says).toContain('good day');
  expect(changed.lines).toEqual([expect.stringContaining('was older than its sources')]);
});

test('without a project what was built here is taken as it is', async () => {
  mkdirSync('dist/firmware', { recursive: true });
  writeFileSync('dist/firmware/main.lc', 'of yesterday');
  writeFileSync('tsconfig.json', '{}');
  expect(await look()).toEqual({ folder: 'dist/firmware', says: 'of yesterday', lines: [] });
});

test('without anything the LED server of this package is built, and is gone afterwards', async () => {
  const { folder: built, says, lines } = await look();
  expect(says.length).toBeGreaterThan(1000);
  expect(lines).toEqual([expect.stringContaining('the LED server that comes with last-ack')]);
  expect(existsSync(built)).toBe(false);
});
