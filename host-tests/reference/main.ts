import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ExitCode, UserError } from '../../tools/cli/exit.ts';
import { reportFailure } from '../../tools/cli/failure.ts';
import { runScenario } from './scenarios/run.ts';
import { readScenario } from './scenarios/read-scenario.ts';
import { runHeapFile } from './heap-table.ts';
import { measureSocketRow } from './heap-sockets.ts';
import { runModuleFile } from './module-transcripts.ts';

/** Recordings of the real firmware code, copied into the project. */
const OWN_DATA = fileURLToPath(new URL('./data', import.meta.url));

/** Part by which node.heap() per object may differ from the recording. */
const HEAP_TOLERANCE = 0.1;

interface Tally {
  passed: number;
  total: number;
}

/** Plays recordings on a virtual board and prints how many it gets right. Takes any folder in the format of ours. */
function main(arguments_: readonly string[]): void {
  const verbose = arguments_.includes('--verbose');
  const folder = arguments_.find((argument) => !argument.startsWith('-')) ?? OWN_DATA;
  const tallies = [
    print('scenarios', scenarios(folder, verbose)),
    print('module entries', moduleFiles(folder, verbose)),
    print('heap rows', heapRows(folder, verbose)),
  ];
  if (tallies.every(({ total }) => total === 0)) {
    throw new UserError(
      `There are no recordings in ${folder}.`,
      'Name a folder with scenarios/*.json, modules/*.json or heap.json in it, or one of scenario files.',
      ExitCode.usage,
    );
  }
  process.exitCode = tallies.every(({ passed, total }) => passed === total) ? 0 : 1;
}

function print(what: string, tally: Tally): Tally {
  if (tally.total > 0) process.stdout.write(`${what}: ${tally.passed} of ${tally.total}\n`);
  return tally;
}

/** The JSON files of a subfolder; none when there is no such subfolder. */
function jsonFiles(folder: string, subfolder: string): string[] {
  const path = join(folder, subfolder);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(path, name));
}

function scenarios(folder: string, verbose: boolean): Tally {
  const files = scenarioFiles(folder);
  let passed = 0;
  for (const file of files) {
    const problems = play(() => runScenario(readScenario(file)));
    if (problems.length === 0) passed++;
    else report(basename(file), problems, verbose);
  }
  return { passed, total: files.length };
}

/** A recording that cannot be played counts as one that is not met, and the others are played all the same. */
function play(work: () => string[]): string[] {
  try {
    return work();
  } catch (error) {
    return [`cannot be played: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/** Those of the subfolder; a folder without any subfolder of ours may hold the scenarios themselves. */
function scenarioFiles(folder: string): string[] {
  const isOurs = ['scenarios', 'modules', 'heap.json'].some((name) => existsSync(join(folder, name)));
  return jsonFiles(folder, isOurs ? 'scenarios' : '.');
}

function moduleFiles(folder: string, verbose: boolean): Tally {
  const tally = { passed: 0, total: 0 };
  for (const file of jsonFiles(folder, 'modules')) {
    let entries = { passed: 0, total: 1 };
    const lines = play(() => {
      const { passed, total, mismatches } = runModuleFile(file);
      entries = { passed, total };
      return mismatches.map(
        ({ entry, field, expected, actual }) =>
          `entry ${entry} ${field}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(actual)}`,
      );
    });
    tally.passed += entries.passed;
    tally.total += entries.total;
    if (lines.length > 0) report(basename(file), lines, verbose);
  }
  return tally;
}

function heapRows(folder: string, verbose: boolean): Tally {
  const path = join(folder, 'heap.json');
  if (!existsSync(path)) return { passed: 0, total: 0 };
  const { rows, left } = runHeapFile(path);
  const { values } = JSON.parse(readFileSync(path, 'utf8')) as { values: Record<string, number> };
  const measured = left.map((name) => measureSocketRow(name, values[name] ?? 0)).filter((row) => row !== undefined);
  const all = [...rows, ...measured];
  const wrong = all.filter(({ deviation }) => Math.abs(deviation) > HEAP_TOLERANCE);
  const lines = wrong.map((row) => `${row.name}: expected ${row.recorded}, found ${row.measured}`);
  if (lines.length > 0) report('heap.json', lines, verbose);
  return { passed: all.length - wrong.length, total: rows.length + left.length };
}

function report(name: string, problems: readonly string[], verbose: boolean): void {
  const shown = verbose ? problems : problems.slice(0, 1);
  process.stdout.write(`${name}: ${problems.length} differences\n${shown.map((line) => `  ${line}\n`).join('')}`);
}

try {
  main(process.argv.slice(2));
} catch (error) {
  process.exitCode = reportFailure(error);
}
