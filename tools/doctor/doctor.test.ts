import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import type { Finding } from './finding.ts';
import { findProgram } from './programs.ts';

const program = new URL('../cli/last-ack.js', import.meta.url).pathname;

it('finds something good or a reason for every subject, each shortcoming with its consequence', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [program, 'doctor', '--json']);
  const findings = JSON.parse(stdout) as Finding[];
  const subjects = new Set(findings.map(({ subject }) => subject));
  for (const subject of ['Node.js', 'system calls', 'pseudo-terminal', 'network namespace', 'tshark', 'Chromium'])
    expect(subjects).toContain(subject);
  expect(findings.filter(({ detail }) => detail === '')).toEqual([]);
  expect(findings.filter(({ state, cure }) => state === 'bad' && cure === undefined)).toEqual([]);
});

it('ends with the guide for symptoms, which is there', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [program, 'doctor']);
  const [, guide = ''] = /symptoms: (.+)\n$/.exec(stdout) ?? [];
  expect(readFileSync(guide, 'utf8')).toContain('# Troubleshooting');
});

it('takes the first executable file of the search path', () => {
  const folder = mkdtempSync(join(tmpdir(), 'last-ack-doctor-'));
  writeFileSync(join(folder, 'plain'), '');
  writeFileSync(join(folder, 'runs'), '');
  chmodSync(join(folder, 'runs'), 0o755);
  const searchPath = ['/nowhere', folder].join(delimiter);
  expect(findProgram(['plain', 'runs'], searchPath)).toBe(join(folder, 'runs'));
  expect(findProgram(['plain'], searchPath)).toBeUndefined();
  rmSync(folder, { recursive: true });
});
