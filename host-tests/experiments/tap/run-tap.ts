import { execFile, type ExecFileException } from 'node:child_process';
import { release } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ExitCode, UserError } from '../../../tools/cli/exit.ts';
import { findLauncher } from '../../../tools/virtual-board/wire/namespace.ts';
import type { Experiment } from '../experiment.ts';
import { compilePrograms } from '../pool.ts';
import type { ExperimentResult } from '../run.ts';
import { failureOf, hasPassed, type TrialResult } from '../trial-result.ts';
import { timeLimitMs, withHeads, type HeadsTrial, type TapJob } from './tap-job.ts';

/** Namespaces at once: their clients and boards are idle nearly all of the time. */
const AT_ONCE = 3;
const MOST_OUTPUT = 64 * 1024 * 1024;

export interface TapRunOptions {
  seed: number;
  captureName?: (experiment: Experiment, trial: number) => string;
  onProgress?: (done: number, total: number) => void;
}

/**
 * Runs the HEAD experiments with this machine's own TCP as the client, each trial in a network namespace of its own, in
 * real time. @throws UserError when the machine does not permit it.
 */
export async function runOverTap(
  experiments: readonly Experiment[],
  { seed, captureName, onProgress }: TapRunOptions,
): Promise<ExperimentResult[]> {
  const suitable = experiments.filter((experiment) => withHeads(experiment).length > 0);
  if (suitable.length === 0) {
    throw new UserError('None of these experiments is made of HEAD requests.', 'Choose from lab 1.', ExitCode.usage);
  }
  const launcher = await findLauncher();
  if (!Array.isArray(launcher)) {
    throw new UserError(
      `Linux cannot be the client here: ${launcher.unavailable}.`,
      'Leave out --net tap: the peer is then a model, in virtual time.',
      ExitCode.noBoard,
    );
  }
  const { programs, close } = await compilePrograms(suitable);
  const plans = suitable.flatMap((experiment) =>
    withHeads(experiment).map((trial) => ({ experiment, trial, capture: captureOf(experiment, trial, captureName) })),
  );
  let done = 0;
  try {
    const results = await inParallel(plans, async ({ experiment, trial, capture }) => {
      const firmware = programs[trial.program.entry] ?? '';
      const head = { experiment: experiment.id, trial: trial.name, seed, firmware };
      const result = await inNamespace(launcher, trial, { ...head, ...(capture !== undefined && { capture }) });
      onProgress?.(++done, plans.length);
      return result;
    });
    return suitable.map((experiment) => {
      const { id, text, title, source, chart } = experiment;
      const trials = results.filter((_, index) => plans[index]?.experiment === experiment);
      return { id, text, title, source, chart, trials, passed: trials.every(hasPassed) };
    });
  } finally {
    close();
  }
}

const captureOf = (
  experiment: Experiment,
  trial: HeadsTrial,
  captureName: TapRunOptions['captureName'],
): string | undefined => captureName?.(experiment, experiment.trials.indexOf(trial));

async function inNamespace(launcher: readonly string[], trial: HeadsTrial, job: TapJob): Promise<TrialResult> {
  const [file = '', ...args] = launcher;
  const main = fileURLToPath(new URL('./tap.js', import.meta.url));
  const timeout = timeLimitMs(trial.load);
  try {
    const { stdout } = await promisify(execFile)(file, [...args, process.execPath, main, JSON.stringify(job)], {
      maxBuffer: MOST_OUTPUT,
      timeout,
      killSignal: 'SIGKILL',
    });
    return JSON.parse(stdout) as TrialResult;
  } catch (error) {
    return failureOf(trial, job.seed, failureInNamespace(error, timeout), release());
  }
}

/** A failed command's own message repeats its arguments, a page of them here. */
function failureInNamespace(error: unknown, timeout: number): unknown {
  const { killed, code, stderr } = error as ExecFileException;
  if (killed) return `It had not come to its end after ${timeout / 1000} s.`;
  if (typeof code === 'number')
    return `Its process ended with code ${code}: ${stderr?.trim().split('\n').at(-1) ?? ''}`;
  return error;
}

/** Results in the order of the items. */
async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const take = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index] as T);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, take));
  return results;
}
