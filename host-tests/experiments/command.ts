import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { ExitCode, UserError } from '../../tools/cli/exit.ts';
import { lab1 } from './lab1.ts';
import { lab2 } from './lab2.ts';
import { lab4 } from './lab4.ts';
import { experimentsPage } from './html.ts';
import { experimentText } from './report.ts';
import { runExperiments } from './run.ts';
import type { Experiment } from './experiment.ts';

interface Options {
  seed: number;
  out: string;
  html?: string;
  json: boolean;
}

const wholeNumber = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('A whole number is wanted.');
  return Number(text);
};

export function register(command: Command): void {
  command
    .argument('[ids...]', 'experiments such as 1.2, or labs such as 1 (default: all)')
    .option('--seed <number>', 'seed of everything random', wholeNumber, 1)
    .option('--out <file>', 'every result as JSON', '.last-ack/experiments.json')
    .option('--html <file>', 'a page with charts (default: beside --out)')
    .option('--json', 'print the results as JSON on stdout', false)
    .addHelpText('after', '\nExit codes: 0 every figure within its range, 1 not, 2 usage.')
    .action(experiment);
}

async function experiment(ids: string[], { seed, out, html, json }: Options): Promise<void> {
  const chosen = choose([...lab1(), ...lab2(), ...lab4()], ids);
  const began = performance.now();
  const results = await runExperiments(chosen, seed, (result) => {
    if (!json) console.log(experimentText(result));
  });
  await mkdir(dirname(out), { recursive: true });
  await writeFile(out, `${JSON.stringify({ format: 'last-ack-experiments', version: 1, seed, results })}\n`);
  const page = html ?? out.replace(/(\.json)?$/, '.html');
  await writeFile(page, await experimentsPage(results, seed));
  const passed = results.filter((result) => result.passed).length;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  if (json) console.log(JSON.stringify(results));
  else
    console.log(
      `\n${passed} of ${results.length} experiments within their ranges, seed ${seed}, ${seconds} s; ${page}, ${out}`,
    );
  process.exitCode = passed === results.length ? ExitCode.good : ExitCode.failed;
}

function choose(all: readonly Experiment[], ids: readonly string[]): readonly Experiment[] {
  if (ids.length === 0) return all;
  const chosen = all.filter(({ id }) => ids.some((wanted) => id === wanted || id.startsWith(`${wanted}.`)));
  if (chosen.length > 0) return chosen;
  throw new UserError(
    `There is no experiment ${ids.join(' or ')}.`,
    `Choose from ${all.map(({ id }) => id).join(', ')}.`,
    ExitCode.usage,
  );
}
