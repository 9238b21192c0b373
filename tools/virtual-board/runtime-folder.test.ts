import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createRuntimeFolder, runningBoardPorts } from './runtime-folder.ts';

let parent: string;
beforeEach(() => (parent = mkdtempSync(join(tmpdir(), 'last-ack-runtime-'))));
afterEach(() => rmSync(parent, { recursive: true }));

it('is open to its user only and goes when removed', () => {
  const folder = createRuntimeFolder(parent);
  expect(statSync(folder.path).mode & 0o777).toBe(0o700);
  folder.remove();
  expect(existsSync(folder.path)).toBe(false);
});

it('sweeps what killed processes left, and nothing else', () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  mkdirSync(join(parent, `last-ack-board-${pid}-dead`));
  mkdirSync(join(parent, `last-ack-board-${process.pid}-alive`));
  mkdirSync(join(parent, 'last-ack-board-notes'));
  createRuntimeFolder(parent).remove();
  expect(readdirSync(parent).sort()).toEqual([`last-ack-board-${process.pid}-alive`, 'last-ack-board-notes']);
});

it('lists the serial ports of the boards that run', () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  for (const name of [`${pid}-dead`, `${process.pid}-alive`]) {
    mkdirSync(join(parent, `last-ack-board-${name}`));
    writeFileSync(join(parent, `last-ack-board-${name}`, 'serial'), '');
  }
  mkdirSync(join(parent, `last-ack-board-${process.pid}-without-port`));
  expect(runningBoardPorts(parent)).toEqual([join(parent, `last-ack-board-${process.pid}-alive`, 'serial')]);
});
