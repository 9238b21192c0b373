import { expect, test } from 'vitest';
import { lab1 } from './lab1.ts';
import { lab2 } from './lab2.ts';
import { lab4 } from './lab4.ts';
import { runExperiments } from './run.ts';

const all = [...lab1(), ...lab2(), ...lab4()];
const pick = (id: string) => all.filter((experiment) => experiment.id === id);

test('every experiment has an id of its own, a source, and figures in every trial', () => {
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  for (const { id, source, trials } of all) {
    expect(source, id).not.toBe('');
    for (const { figures } of trials) expect(figures.length, id).toBeGreaterThan(0);
  }
});

test("2.2: today's firmware as a client settles at the TIME_WAIT and the heap that were measured", async () => {
  const [result] = await runExperiments(pick('2.2'), 1, () => undefined);
  expect(result?.trials.flatMap(({ figures }) => figures.filter(({ passed }) => !passed))).toEqual([]);
  expect(result?.passed).toBe(true);
});

test('the same seed gives the same run, digit by digit, and another seed another one', async () => {
  const digests = async (seed: number) =>
    (await runExperiments(pick('2.2'), seed, () => undefined))[0]?.trials[0]?.digest;
  const first = await digests(7);
  expect(await digests(7)).toBe(first);
  expect(await digests(8)).not.toBe(first);
});

test.each(['1.1', '1.2', '1.4'])('%s: the duel of 2016 comes as often, and when, it was recorded', async (id) => {
  const asItWas = pick(id).map((experiment) => ({
    ...experiment,
    trials: experiment.trials.filter(({ isCure }) => !isCure),
  }));
  const [result] = await runExperiments(asItWas, 1, () => undefined);
  expect(
    result?.trials.flatMap(({ figures, failure }) => [failure, ...figures.filter(({ passed }) => !passed)]),
  ).toEqual([undefined]);
});
