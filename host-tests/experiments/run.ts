import type { Experiment } from './experiment.ts';
import type { Job, JobResult, Programs } from './job.ts';
import { compilePrograms, runJobs } from './pool.ts';
import { hasPassed, type TrialResult } from './trial-result.ts';

export interface PlotResult {
  x: string;
  y: string;
  unit?: string;
  series: { name: string; points: [number, number | null][] }[];
}

export interface ExperimentResult {
  id: string;
  text: string;
  title: string;
  source: string;
  chart: Experiment['chart'];
  trials: TrialResult[];
  plot?: PlotResult;
  passed: boolean;
}

export interface RunOptions {
  seed: number;
  /** Runs the points of plots too; default true. */
  plots?: boolean;
  /** Gives a capture file its name; none: no captures. */
  captureName?: (experiment: Experiment, trial: number) => string;
  workers?: number;
  /** Compiled already; default: compiled for this run. */
  programs?: Programs;
  /** Runs that are done, and how many there are. */
  onProgress?: (done: number, total: number) => void;
}

/** Runs experiments in virtual time on all cores; results in the order of the table. */
export async function runExperiments(
  experiments: readonly Experiment[],
  { onProgress, workers, ...options }: RunOptions,
): Promise<ExperimentResult[]> {
  const plans = experiments.map((experiment) => ({ experiment, jobs: jobsOf(experiment, options) }));
  const jobs = plans.flatMap((plan) => plan.jobs);
  const { programs, close } = options.programs
    ? { programs: options.programs, close: () => undefined }
    : await compilePrograms(experiments);
  try {
    let count = 0;
    const done = await runJobs(jobs, programs, {
      ...(workers !== undefined && { workers }),
      onDone: () => onProgress?.(++count, jobs.length),
    });
    let from = 0;
    return plans.map(({ experiment, jobs: own }) => assemble(experiment, done.slice(from, (from += own.length))));
  } finally {
    close();
  }
}

function jobsOf(
  experiment: Experiment,
  { seed, plots = true, captureName }: Pick<RunOptions, 'seed' | 'plots' | 'captureName'>,
): Job[] {
  const { id, trials, plot } = experiment;
  const head = { experiment: id, seed, settings: [] };
  const own = trials.map(({ name }, trial): Job => ({
    ...head,
    place: { trial: name },
    ...(captureName && { capture: captureName(experiment, trial) }),
  }));
  const points = (plots ? (plot?.series ?? []) : []).flatMap(({ points: all }, series) =>
    all.map((_, point): Job => ({ ...head, place: { series, point } })),
  );
  return [...own, ...points];
}

function assemble(experiment: Experiment, results: readonly JobResult[]): ExperimentResult {
  const { id, text, title, source, chart, trials: planned, plot } = experiment;
  const trials = results.slice(0, planned.length).map(({ trial }) => trial);
  const values = results.slice(planned.length);
  return {
    ...{ id, text, title, source, chart, trials },
    ...(plot && values.length > 0 && { plot: plotResult(plot, values) }),
    passed: trials.every(hasPassed),
  };
}

function plotResult({ x, y, unit, series }: NonNullable<Experiment['plot']>, values: readonly JobResult[]): PlotResult {
  let next = 0;
  return {
    ...{ x, y },
    ...(unit !== undefined && { unit }),
    series: series.map(({ name, points }) => ({
      name,
      points: points.map((point): [number, number | null] => [point.x, values[next++]?.value ?? null]),
    })),
  };
}
