import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeProject } from './new.ts';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
let folder: string;
beforeEach(() => {
  folder = path.join(mkdtempSync(path.join(tmpdir(), 'last-ack-new-')), 'My Lamp');
});
afterEach(() => {
  rmSync(path.dirname(folder), { recursive: true, force: true });
});

/** What `npm install` would make of the dependency on this checkout. */
function install(): void {
  mkdirSync(path.join(folder, 'node_modules'));
  symlinkSync(repository, path.join(folder, 'node_modules/last-ack'));
}

async function node(...args: string[]): Promise<{ stdout: string }> {
  // A test runner inside a test runner must not think that it is its child.
  const env = { ...process.env };
  delete env['NODE_TEST_CONTEXT'];
  return promisify(execFile)(process.execPath, args, { cwd: folder, env });
}

test('a new project builds, and its test passes on a virtual board', { timeout: 120_000 }, async () => {
  makeProject(folder);
  install();
  const { stdout } = await node('node_modules/last-ack/tools/cli/last-ack.js', 'build', '--json');
  const { manifest } = JSON.parse(stdout) as { manifest: { files: { name: string }[] } };
  expect(manifest.files.map((file) => file.name)).toEqual(expect.arrayContaining(['main.lc', 'hello.lc', 'init.lua']));
  expect(existsSync(path.join(folder, 'dist/firmware/main.lc'))).toBe(true);
  const tested = await node('--test', 'test/');
  expect(tested.stdout).toMatch(/pass 1/);
});

test(
  'its web server is on the connection manager and answers every client of a quick ladder',
  { timeout: 180_000 },
  async () => {
    makeProject(folder);
    install();
    const program = 'node_modules/last-ack/tools/cli/last-ack.js';
    await node(program, 'build');
    const { stdout } = await node(program, 'stress', '--virtual', '--quick', '--style', 'client-first', '--json');
    const report = JSON.parse(stdout) as { passed: boolean; totals: { outcomes: Record<string, number> } };
    expect(report.passed).toBe(true);
    expect(report.totals.outcomes['answered']).toBeGreaterThan(20);
  },
);

test('it depends on this package by a name that npm accepts', () => {
  makeProject(folder);
  const { name, devDependencies } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
    name: string;
    devDependencies: Record<string, string>;
  };
  expect(name).toBe('my-lamp');
  const dependency = devDependencies['last-ack']?.replace('file:', '') ?? '';
  expect(path.resolve(folder, dependency)).toBe(path.resolve(repository));
});

test('a folder with something in it is left alone', () => {
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'mine.txt'), 'x');
  expect(() => makeProject(folder)).toThrow('is not empty');
});
