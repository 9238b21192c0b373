import { afterAll, expect, test } from 'vitest';
import { isBoardTrial, type Experiment, type Trial } from './experiment.ts';
import { allExperiments } from './experiments.ts';
import { NOTHING_OBSERVED } from './observation.ts';
import { compilePrograms } from './pool.ts';
import { runExperiments, type ExperimentResult } from './run.ts';
import { hasPassed, resultOf } from './trial-result.ts';

const all = allExperiments();
const pick = (id: string): Experiment[] => all.filter((experiment) => experiment.id === id);
const uncured = (experiment: Experiment): Experiment => ({
  ...experiment,
  trials: experiment.trials.filter(({ isCure }) => !isCure),
});
const isOurs = (trial: Trial): boolean => isBoardTrial(trial) && trial.program.entry === 'src/main.ts';
const compiled = await compilePrograms(all);
afterAll(() => compiled.close());

const run = (experiments: readonly Experiment[], seed = 1): Promise<ExperimentResult[]> =>
  runExperiments(experiments, { seed, plots: false, workers: 0, programs: compiled.programs });

const missed = (results: readonly ExperimentResult[]): unknown[] =>
  results.flatMap(({ trials }) =>
    trials.flatMap(({ name, failure, figures }) => [
      ...(failure === undefined ? [] : [failure]),
      ...figures.filter(({ passed }) => !passed).map((figure) => ({ trial: name, ...figure })),
    ]),
  );

test('every experiment has an id of its own, a source, and in every trial a name of its own and figures', () => {
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  for (const { id, source, trials } of all) {
    expect(source, id).not.toBe('');
    expect(new Set(trials.map(({ name }) => name)).size, id).toBe(trials.length);
    for (const { figures } of trials) expect(figures.length, id).toBeGreaterThan(0);
  }
});

test('all four texts are there, whole', () => {
  expect(all.map(({ id }) => id)).toEqual(
    ['1.1', '1.2', '1.3', '1.4', '1.5', '1.6', '1.7', '2.1', '2.2', '3.1', '3.2', '3.3', '3.4', '3.5'].concat(
      ...['4.1', '4.2', '4.3'],
    ),
  );
});

test('every row says what is firmware, what is a model and in which time it ran', async () => {
  const [board, stack] = await run([...pick('2.2'), ...pick('3.2')]);
  expect(board?.trials[1]?.where).toMatch(/compiled firmware .* nodemcu-3\.0; peer: a model .*virtual time/);
  expect(stack?.trials[0]?.where).toMatch(/profile micrium; its application is a model; senders: a model, Reno/);
});

test('the same seed gives the same run, digit by digit, and another seed another one', async () => {
  const digests = async (seed: number): Promise<(string | undefined)[]> =>
    (await run([...pick('2.2'), ...pick('3.3'), ...pick('4.2').map(uncured)], seed)).flatMap(({ trials }) =>
      trials.map(({ digest }) => digest),
    );
  const first = await digests(7);
  expect(await digests(7)).toEqual(first);
  expect((await digests(8))[1]).not.toBe(first[1]);
});

test('a figure outside its range fails its trial and is shown as it was measured', () => {
  const trial = pick('3.2')[0]?.trials[0];
  if (!trial) throw new Error('3.2 is gone');
  const result = resultOf(trial, 1, { ...NOTHING_OBSERVED, measures: { rate: 12, drops: 0 } });
  expect(result.figures[0]).toMatchObject({ name: 'rate', measured: 12, passed: false });
  expect(hasPassed(result)).toBe(false);
});

test.each(['1.1', '1.2', '1.3', '1.4', '1.5', '1.6'])(
  '%s: the duel of 2016 comes as often, and when, it was recorded',
  async (id) => {
    const experiments = id === '1.3' ? pick(id) : pick(id).map(uncured);
    expect(missed(await run(experiments))).toEqual([]);
  },
);

test('2.1 and 2.2: the heap that TIME_WAIT takes, and the plateau of a shorter MSL', async () => {
  expect(missed(await run([...pick('2.1'), ...pick('2.2')]))).toEqual([]);
});

test('3.1 to 3.5: windows by the formula carry everything, larger ones collapse', async () => {
  expect(missed(await run(all.filter(({ id }) => id.startsWith('3.'))))).toEqual([]);
});

test.each(['4.1', '4.2', '4.3'])(
  "%s: delayed ACKs cost what the text says, and the text's cures cost nothing",
  async (id) => {
    const withoutOurs = pick(id).map((experiment) => ({
      ...experiment,
      trials: experiment.trials.filter((trial) => !isOurs(trial)),
    }));
    expect(missed(await run(withoutOurs))).toEqual([]);
  },
);

const ours = all
  .map((experiment) => ({ ...experiment, trials: experiment.trials.filter(isOurs) }))
  .filter(({ trials }) => trials.length > 0);

test("this project's firmware is a cure of the duel, of today's restarts and of delayed ACKs", () => {
  expect(ours.map(({ id }) => id)).toEqual(['1.1', '1.2', '1.7', '4.1', '4.2']);
});

test.each(ours.map((experiment) => [experiment.id, experiment] as const))(
  '%s cured: everything answered, no duel, no restart, heap to spare, no delayed ACK waited for',
  async (_id, experiment) => {
    expect(missed(await run([experiment]))).toEqual([]);
  },
  60_000,
);
