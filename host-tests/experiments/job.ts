import { allExperiments } from './experiments.ts';
import type { Experiment, Plot, Trial } from './experiment.ts';
import { observeTrial } from './observe.ts';
import { changeTrial, type Setting } from './sweep/settings.ts';
import { captureWire } from './capture.ts';
import { failureOf, resultOf, type TrialResult } from './trial-result.ts';

/** One run, as plain data that a worker can be sent. */
export interface Job {
  experiment: string;
  /** A trial by its name, or a point of the plot. */
  place: { trial: string } | { series: number; point: number };
  seed: number;
  settings: readonly Setting[];
  /** Where its frames are written. */
  capture?: string;
}

export interface JobResult {
  trial: TrialResult;
  /** The plotted figure, where the job is a point of a plot; null when there is no such number. */
  value: number | null;
}

/** Folders with compiled programs by entry module. */
export type Programs = Readonly<Record<string, string>>;

const table = allExperiments();

/** Runs a job in this thread. */
export function runJob(job: Job, programs: Programs): JobResult {
  const experiment = table.find(({ id }) => id === job.experiment);
  if (!experiment) throw new Error(`no experiment ${job.experiment}`);
  const trial = job.settings.reduce(changeTrial, trialAt(experiment, job.place));
  const capture = job.capture === undefined ? undefined : captureWire(job.capture);
  try {
    const observation = observeTrial(trial, {
      firmware: (entry) => programs[entry] ?? '',
      seed: job.seed,
      watch: (wire, clock) => capture?.watch(wire, clock),
    });
    const value = 'series' in job.place ? plotOf(experiment).read(observation) : NaN;
    const result = resultOf(trial, job.seed, observation);
    return {
      trial: { ...result, ...(job.capture !== undefined && { capture: job.capture }) },
      value: Number.isFinite(value) ? value : null,
    };
  } catch (error) {
    return { trial: failureOf(trial, job.seed, error), value: null };
  } finally {
    capture?.close();
  }
}

function trialAt(experiment: Experiment, place: Job['place']): Trial {
  const trial =
    'trial' in place
      ? experiment.trials.find(({ name }) => name === place.trial)
      : plotOf(experiment).series[place.series]?.points[place.point]?.trial;
  if (!trial) throw new Error(`experiment ${experiment.id} has no trial ${JSON.stringify(place)}`);
  return trial;
}

function plotOf({ id, plot }: Experiment): Plot {
  if (!plot) throw new Error(`experiment ${id} has no plot`);
  return plot;
}
