import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { ExitCode } from '../../tools/cli/exit.ts';
import { beside, checkWritable, writeOutput } from '../../tools/cli/output-file.ts';
import { startProgress } from '../../tools/cli/progress.ts';
import { choose, isInShard, parseShard, WHOLE, wholeNumber, type Shard } from './choose.ts';
import type { Experiment } from './experiment.ts';
import { allExperiments } from './experiments.ts';
import { experimentsPage } from './html.ts';
import { mergeFiles } from './merge.ts';
import { experimentText } from './report.ts';
import { writeJson, type ResultsFile } from './results-file.ts';
import { runExperiments } from './run.ts';
import { parseRange, type Range } from './sweep/settings.ts';
import { sweepPage } from './sweep/page.ts';
import { runSweep, sweepPassed, type SweepResult } from './sweep/sweep.ts';
import { sweepText } from './sweep/text.ts';
import { runOverTap } from './tap/run-tap.ts';
import { withHeads } from './tap/tap-job.ts';

interface Options {
  net: 'virtual' | 'tap';
  seed: number;
  out: string;
  html?: string;
  captures: boolean;
  plots: boolean;
  sweep: Range[];
  shard: Shard;
  workers?: number;
  merge: boolean;
  json: boolean;
}

export function register(command: Command): void {
  command
    .argument('[ids...]', 'experiments such as 1.2, or labs such as 1 (default: all); with --merge files of shards')
    .addOption(
      new Option('--net <way>', "tap: lab 1 with this machine's own TCP as the client, in real time")
        .choices(['virtual', 'tap'])
        .default('virtual'),
    )
    .option('--seed <number>', 'seed of everything random', wholeNumber, 1)
    .option('--out <file>', 'every result as JSON', '.last-ack/experiments.json')
    .option('--html <file>', 'a page with charts (default: beside --out)')
    .option('--no-captures', 'write no pcapng files (default: one for each trial, in a folder beside --out)')
    .option('--no-plots', 'leave out the runs that only draw a plot')
    .option('--sweep <range>', 'run with a number changed: everyMs=100..2000:100, seed=1..20; repeatable', addRange, [])
    .option('--shard <i/n>', 'do only this part of the work, to be merged later', parseShard, WHOLE)
    .option('--merge', 'join the JSON files of shards into one result', false)
    .option('--workers <number>', 'threads (default: one for each core)', wholeNumber)
    .option('--json', 'print the results as JSON on stdout', false)
    .addHelpText('after', '\nExit codes: 0 every figure within its range, 1 not, 2 usage.')
    .action(experiment);
}

const addRange = (text: string, ranges: Range[]): Range[] => [...ranges, parseRange(text)];

async function experiment(ids: string[], options: Options): Promise<void> {
  checkWritable([options.out, pageOf(options)]);
  if (options.merge) {
    const merged = await mergeFiles(ids);
    if (merged.format === 'last-ack-sweep') await finishSweep(merged, options);
    else await finishRun(merged, options);
    return;
  }
  const chosen = choose(allExperiments(), ids);
  if (options.sweep.length > 0) await sweep(chosen, options);
  else await run(chosen, options);
}

async function run(all: readonly Experiment[], options: Options): Promise<void> {
  const { seed, shard, captures, plots, workers } = options;
  const chosen = options.net === 'tap' ? all.filter((one) => withHeads(one).length > 0) : all;
  const mine = chosen.filter((_, position) => isInShard(position, shard));
  const folder = captures ? await captureFolder(options.out) : undefined;
  const progress = startProgress('experiments');
  const common = {
    seed,
    ...(folder !== undefined && {
      captureName: (one: Experiment, trial: number) => join(folder, captureName(one, trial)),
    }),
    onProgress: (done: number, total: number) => progress.update(done, total),
  };
  const results =
    options.net === 'tap'
      ? await runOverTap(mine, common)
      : await runExperiments(mine, { ...common, plots, ...(workers !== undefined && { workers }) });
  progress.stop();
  const ids = chosen.map(({ id }) => id);
  await finishRun({ format: 'last-ack-experiments', version: 2, seed, ids, results }, options);
}

async function sweep(chosen: readonly Experiment[], options: Options): Promise<void> {
  const progress = startProgress('sweep');
  const { seed, shard, workers } = options;
  const result = await runSweep(chosen, {
    ...{ ranges: options.sweep, seed, shard },
    ...(workers !== undefined && { workers }),
    onProgress: (done, total) => progress.update(done, total),
  });
  progress.stop();
  await finishSweep(result, options);
}

async function finishRun(file: ResultsFile, options: Options): Promise<void> {
  const { out, json } = options;
  await writeJson(out, file);
  const page = pageOf(options);
  await writeOutput(page, await experimentsPage(file.results, file.seed));
  const passed = file.results.filter((result) => result.passed).length;
  const seconds = (performance.now() / 1000).toFixed(1);
  const summary = `${passed} of ${file.results.length} experiments within their ranges, seed ${file.seed}, ${seconds} s`;
  if (json) console.log(JSON.stringify(file));
  else console.log(`${file.results.map(experimentText).join('\n')}\n\n${summary}; ${page}, ${out}`);
  process.exitCode = passed === file.results.length ? ExitCode.good : ExitCode.failed;
}

async function finishSweep(result: SweepResult, options: Options): Promise<void> {
  await writeJson(options.out, result);
  const page = pageOf(options);
  await writeOutput(page, await sweepPage(result));
  if (options.json) console.log(JSON.stringify(result));
  else console.log(`${sweepText(result)}\n\n${result.points.length} of ${result.total} runs; ${page}, ${options.out}`);
  process.exitCode = sweepPassed(result) ? ExitCode.good : ExitCode.failed;
}

const pageOf = ({ html, out }: Options): string => html ?? beside(out, '.html');

/** A folder beside the results, emptied of what an earlier run left. */
async function captureFolder(out: string): Promise<string> {
  const folder = beside(out, '-captures');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  return folder;
}

const captureName = ({ id, trials }: Experiment, trial: number): string =>
  `${id}-${trial + 1}-${(trials[trial]?.name ?? '').replaceAll(/[^A-Za-z0-9.]+/g, '-').slice(0, 40)}.pcapng`;
