import { ExitCode, UserError } from '../../../tools/cli/exit.ts';
import { isInShard, type Shard } from '../choose.ts';
import type { Experiment, Trial } from '../experiment.ts';
import type { Job } from '../job.ts';
import { compilePrograms, runJobs } from '../pool.ts';
import type { FigureResult } from '../trial-result.ts';
import { canChange, combinations, SEED, type Range, type Setting } from './settings.ts';

/** One run of a sweep. Its range counts only where nothing but the seed was changed. */
export interface SweepPoint {
  /** Position in the whole sweep. */
  index: number;
  experiment: string;
  trial: string;
  settings: readonly Setting[];
  figures: FigureResult[];
  digest: string;
  failure?: string;
}

export interface SweepResult {
  format: 'last-ack-sweep';
  version: 1;
  seed: number;
  ids: readonly string[];
  ranges: readonly Range[];
  /** Runs of the whole sweep, those of other shards included. */
  total: number;
  /** True when figures are held against their ranges. */
  judged: boolean;
  points: SweepPoint[];
}

export interface SweepOptions {
  ranges: readonly Range[];
  seed: number;
  shard: Shard;
  workers?: number;
  onProgress?: (done: number, total: number) => void;
}

/** Runs every trial that has the parameters with every combination of their values; this shard's part of it. */
export async function runSweep(
  experiments: readonly Experiment[],
  { ranges, seed, shard, workers, onProgress }: SweepOptions,
): Promise<SweepResult> {
  const all = jobsOf(experiments, ranges, seed);
  const mine = all.map((job, index) => ({ ...job, index })).filter(({ index }) => isInShard(index, shard));
  const { programs, close } = await compilePrograms(experiments);
  try {
    let done = 0;
    const results = await runJobs(mine, programs, {
      ...(workers !== undefined && { workers }),
      onDone: () => onProgress?.(++done, mine.length),
    });
    const points = mine.map(({ index, experiment, settings }, position): SweepPoint => {
      const { name, figures = [], digest = '', failure } = results[position]?.trial ?? { name: '' };
      return { index, experiment, trial: name, settings, figures, digest, ...(failure !== undefined && { failure }) };
    });
    const judged = ranges.every(({ name }) => name === SEED);
    const ids = experiments.map(({ id }) => id);
    return { format: 'last-ack-sweep', version: 1, seed, ids, ranges, total: all.length, judged, points };
  } finally {
    close();
  }
}

/** All jobs in an order that is the same on every machine: trials, then values. */
function jobsOf(experiments: readonly Experiment[], ranges: readonly Range[], seed: number): Job[] {
  const names = ranges.map(({ name }) => name);
  const takesAll = (trial: Trial): boolean => names.every((name) => canChange(trial, name));
  const jobs = experiments.flatMap(({ id, trials }) =>
    trials.flatMap((trial) =>
      takesAll(trial)
        ? combinations(ranges).map((settings): Job => ({
            experiment: id,
            place: { trial: trial.name },
            seed: settings.find(({ name }) => name === SEED)?.value ?? seed,
            settings,
          }))
        : [],
    ),
  );
  if (jobs.length > 0) return jobs;
  throw new UserError(
    `None of these experiments has ${names.length > 1 ? 'all of the parameters' : 'the parameter'} ${names.join(', ')}.`,
    'Parameters are the numbers of a load (everyMs, count, windowMss, buffers, senders, delayMs ...), the settings of a profile (timeWaitMs, killsOldestAt ...) and seed.',
    ExitCode.usage,
  );
}

export const sweepPassed = ({ judged, points }: SweepResult): boolean =>
  points.every(({ failure, figures }) => failure === undefined && (!judged || figures.every(({ passed }) => passed)));
