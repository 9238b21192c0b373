import { expect, test } from 'vitest';
import { namespaceMissing } from '../../../tools/virtual-board/wire/testing.ts';
import { choose } from '../choose.ts';
import { allExperiments } from '../experiments.ts';
import type { Experiment } from '../experiment.ts';
import { runOverTap } from './run-tap.ts';
import { timeLimitMs, withHeads } from './tap-job.ts';

const missing = await namespaceMissing();

const asItWas = (id: string): Experiment[] =>
  choose(allExperiments(), [id]).map((experiment) => ({
    ...experiment,
    trials: experiment.trials.filter(({ isCure }) => !isCure),
  }));

test.skipIf(missing)(
  `Linux's own TCP duels with the firmware of 2016 as often as the model of it does${missing ? ` (${missing})` : ''}`,
  async () => {
    const [result] = await runOverTap(asItWas('1.1'), { seed: 1 });
    const [trial] = result?.trials ?? [];
    expect(trial?.where).toMatch(/peer: Linux \d.* over TAP, in real time/);
    expect(trial?.failure).toBeUndefined();
    const measured = Object.fromEntries((trial?.figures ?? []).map((figure) => [figure.name, figure.measured]));
    expect(measured).toMatchObject({ duels: 4, 'first duel at': 6, 'second duel at': 8, answered: 12 });
  },
  60_000,
);

test('only HEAD requests can come from Linux', async () => {
  await expect(runOverTap(asItWas('3.1'), { seed: 1 })).rejects.toThrow('HEAD requests');
});

test('a trial is given up after a whole number of milliseconds, however long its gaps are', () => {
  const loads = choose(allExperiments(), ['1'])
    .flatMap(withHeads)
    .map(({ load }) => load);
  expect(loads.some(({ everyMs }) => !Number.isInteger(everyMs))).toBe(true);
  for (const load of loads) {
    expect(timeLimitMs(load)).toSatisfy(Number.isInteger);
    expect(timeLimitMs(load)).toBeGreaterThan(load.count * load.everyMs + load.afterMs);
  }
});
