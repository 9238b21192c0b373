import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StressReport } from '../../host-tests/stress/report/stress-report.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'last-ack-package-'));
const project = path.join(folder, 'project');
afterAll(() => rmSync(folder, { recursive: true }));

interface Manifest {
  version: string;
  scripts: Record<string, string>;
  engines: { node: string };
}
const manifest = JSON.parse(readFileSync(path.join(repository, 'package.json'), 'utf8')) as Manifest;

interface Packed {
  filename: string;
  size: number;
  files: { path: string }[];
}

/** Runs a program and gives what it printed on stdout; its stderr is in the error when it fails. */
function run(file: string, args: readonly string[], cwd: string): Promise<string> {
  // What npm told this test's own runner is not for the npm that it starts.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_package|npm_lifecycle|NODE_OPTIONS|NODE_TEST|VITEST)/.test(name),
    ),
  );
  return new Promise((resolve, reject) => {
    execFile(file, args, { cwd, env, maxBuffer: 64e6 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${file} ${args.join(' ')}: ${error.message}\n${stderr}`));
      else resolve(stdout);
    });
  });
}

const lastAck = (...args: string[]): Promise<string> => run('npx', ['last-ack', ...args], project);

let packed: Packed = { filename: '', size: Infinity, files: [] };
/** npm's word for a machine without a way to the registry; undefined when the package is installed. */
let offline: string | undefined;

beforeAll(async () => {
  const list = await run('npm', ['pack', '--json', '--pack-destination', folder], repository);
  [packed = packed] = JSON.parse(list) as Packed[];
  mkdirSync(project);
  writeFileSync(path.join(project, 'package.json'), '{ "name": "empty", "private": true }');
  const install = ['install', '--prefer-offline', '--no-audit', '--no-fund', path.join(folder, packed.filename)];
  await run('npm', install, project).catch((error: unknown) => {
    offline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENOTCACHED/.exec(String(error))?.[0];
    if (offline === undefined) throw error;
  });
}, 180_000);

describe('what npm pack makes', () => {
  it('is smaller than 3 MB', () => {
    expect(packed.size).toBe(statSync(path.join(folder, packed.filename)).size);
    expect(packed.size).toBeLessThan(3e6);
  });

  it('holds the tools, the firmware, the documents and the licence, and no tests, recordings or builds', () => {
    const files = packed.files.map((file) => file.path);
    for (const needed of [
      'LICENSE',
      'README.md',
      'THIRD-PARTY.md',
      'flash.sh',
      'tools/cli/last-ack.js',
      'firmware/src/main.ts',
      'firmware/std/index.d.ts',
    ])
      expect(files).toContain(needed);
    const own = files.filter((file) => !file.startsWith('node_modules/'));
    expect(
      own.filter((file) => /\.(test|bench)\.ts$|^host-tests\/reference|^dist\/|^\.|wifi\.local/.test(file)),
    ).toEqual([]);
  });

  it('runs nothing when it is installed', () => {
    for (const hook of ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish'])
      expect(manifest.scripts).not.toHaveProperty(hook);
  });
});

describe('installed into an empty project', () => {
  it('says its version and helps', async (context) => {
    context.skip(offline !== undefined, `the registry cannot be reached: ${offline ?? ''}`);
    expect(await lastAck('--version')).toBe(`${manifest.version}\n`);
    expect(await lastAck('--help')).toContain('stress');
  }, 60_000);

  it('makes a project, builds it and tests it on a virtual board', async (context) => {
    context.skip(offline !== undefined, `the registry cannot be reached: ${offline ?? ''}`);
    await lastAck('new', 'lamp');
    const lamp = path.join(project, 'lamp');
    await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund'], lamp);
    expect(await run('npx', ['last-ack', 'build'], lamp)).toContain('main.lc');
    expect(await run('npm', ['test'], lamp)).toMatch(/pass 1/);
  }, 180_000);

  it('hammers a virtual board', async (context) => {
    context.skip(offline !== undefined, `the registry cannot be reached: ${offline ?? ''}`);
    const report = JSON.parse(await lastAck('stress', '--virtual', '--quick', '--json')) as StressReport;
    expect(report.passed).toBe(true);
    expect(report.totals.verdicts.duel ?? 0).toBe(0);
  }, 180_000);
});
