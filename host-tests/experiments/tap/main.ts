import { release } from 'node:os';
import { captureWire } from '../capture.ts';
import type { Experiment } from '../experiment.ts';
import { allExperiments } from '../experiments.ts';
import { measure, within } from '../figures.ts';
import { failureOf, resultOf, type TrialResult } from '../trial-result.ts';
import { observeTap } from './observe-tap.ts';
import { withHeads, type TapJob } from './tap-job.ts';

/** The board's timers run in this process: on a busy machine they are late, and the figures those of the machine. */
const LATE = within('board late, p99', measure('lateMs'), 0, 20, {
  unit: 'ms',
  reference: 'more is a machine too busy to measure on',
});

/** The process in a network namespace of its own: one trial, its result as JSON on stdout. */
async function main(job: TapJob): Promise<TrialResult> {
  const { experiment, trial: name, seed, firmware, capture: path } = job;
  const trial = withHeads(allExperiments().find(({ id }) => id === experiment) as Experiment).find(
    (one) => one.name === name,
  );
  if (!trial) throw new Error(`experiment ${experiment} has no trial "${name}"`);
  const capture = path === undefined ? undefined : captureWire(path, 'real time, Linux over TAP');
  try {
    const options = { firmware, seed, watch: capture?.watch ?? (() => undefined) };
    const observation = await observeTap(trial, options);
    const result = resultOf({ ...trial, figures: [...trial.figures, LATE] }, seed, observation, release());
    return { ...result, ...(path !== undefined && { capture: path }) };
  } catch (error) {
    return failureOf(trial, seed, error, release());
  } finally {
    capture?.close();
  }
}

void main(JSON.parse(process.argv[2] ?? '{}') as TapJob).then((result) => {
  process.stdout.write(JSON.stringify(result), () => {
    // Connections that wait for the end of a duel would keep the process for minutes.
    process.exit(0);
  });
});
