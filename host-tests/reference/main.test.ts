import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Scenario } from './scenarios/scenario.ts';

const program = fileURLToPath(new URL('./main.ts', import.meta.url));
const recording = fileURLToPath(new URL('./data/scenarios/001-handshake-mss-1460.json', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reference-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function play(...arguments_: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['--import', 'tsx', program, ...arguments_], { encoding: 'utf8' });
}

it('plays a folder of nothing but scenarios, under any name', () => {
  cpSync(recording, join(folder, 'kept-back.json'));
  expect(play(folder)).toMatchObject({ status: 0, stdout: 'scenarios: 1 of 1\n' });
});

it('fails when the recording says something else, and names the file', () => {
  const scenario = JSON.parse(readFileSync(recording, 'utf8')) as Scenario;
  for (const segment of scenario.observed.segments ?? []) segment.win += 7;
  mkdirSync(join(folder, 'scenarios'));
  writeFileSync(join(folder, 'scenarios', 'altered.json'), JSON.stringify(scenario));
  const { status, stdout } = play(folder, '--verbose');
  expect(status).toBe(1);
  expect(stdout).toContain('altered.json: ');
  expect(stdout).toContain('scenarios: 0 of 1');
});

it('does not call a folder without recordings a success', () => {
  const { status, stderr } = play(folder);
  expect(status).toBe(2);
  expect(stderr).toContain('There are no recordings in');
});

it.each([
  ['no JSON', () => '{', 'cannot be played: '],
  [
    'a step of an unknown kind',
    (scenario: Scenario) => ({ ...scenario, peer: [{ at: 1, explode: {} }] }),
    'peer[0] has "explode"',
  ],
  [
    'an unknown comparison',
    (scenario: Scenario) => ({ ...scenario, compare: { segments: 'telepathy' } }),
    'compare.segments is "telepathy"; known are order+fields, bytes, curve',
  ],
])('names a file with %s, and plays the others', (_what, alter, message) => {
  cpSync(recording, join(folder, 'good.json'));
  const altered = alter(JSON.parse(readFileSync(recording, 'utf8')) as Scenario);
  writeFileSync(join(folder, 'odd.json'), typeof altered === 'string' ? altered : JSON.stringify(altered));
  const { status, stdout, stderr } = play(folder);
  expect([status, stderr]).toEqual([1, '']);
  expect(stdout).toContain('odd.json: 1 differences');
  expect(stdout).toContain(message);
  expect(stdout).toContain('scenarios: 1 of 2');
});
