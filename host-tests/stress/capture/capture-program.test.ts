import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openCaptureProgram } from './capture-program.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'last-ack-program-'));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Puts a program of that name first in PATH. */
function install(name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
  vi.stubEnv('PATH', `${folder}:${process.env.PATH ?? ''}`);
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const NEVER_QUIET = `echo $$ > $(dirname $0)/pid; echo listening on >&2; exec sleep 60`;

const open = (): ReturnType<typeof openCaptureProgram> => openCaptureProgram('tcpdump', 'lo', 'tcp', () => undefined);

test('a program that hears nothing ends with the process that started it, even when that is killed', async () => {
  install('tcpdump', NEVER_QUIET);
  const address = fileURLToPath(new URL('./capture-program.ts', import.meta.url));
  const start = `import(${JSON.stringify(address)}).then(async (it) => {
    await it.openCaptureProgram('tcpdump', 'lo', 'tcp', () => undefined);
    console.log('open');
  })`;
  const parent = spawn(process.execPath, ['--import', 'tsx', '-e', start], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(parent.stdout, 'data');
  const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
  expect(isAlive(pid)).toBe(true);
  parent.kill('SIGKILL');
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 4000 });
});

test('closing ends the program', async () => {
  install('tcpdump', NEVER_QUIET);
  const source = await open();
  const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
  await source.close();
  expect(isAlive(pid)).toBe(false);
});

test('a program that may not capture says so in its own words, one line of them', async () => {
  install('tcpdump', 'echo "tcpdump: lo: no permission" >&2; echo "(more of it)" >&2; exit 1');
  await expect(open()).rejects.toThrow(/^tcpdump: lo: no permission$/);
});

test('a program that is not there is said to be missing', async () => {
  vi.stubEnv('PATH', folder);
  await expect(open()).rejects.toThrow(/^tcpdump: not installed$/);
});
