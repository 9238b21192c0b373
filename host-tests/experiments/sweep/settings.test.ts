import { expect, test } from 'vitest';
import { UserError } from '../../../tools/cli/exit.ts';
import { allExperiments } from '../experiments.ts';
import type { Trial } from '../experiment.ts';
import { canChange, changeTrial, combinations, parseRange } from './settings.ts';

function trial(id: string): Trial {
  const found = allExperiments().find((experiment) => experiment.id === id)?.trials[0];
  if (!found) throw new Error(`${id} is gone`);
  return found;
}

test('ranges are written first..last, first..last:step or a list', () => {
  expect(parseRange('seed=1..4').values).toEqual([1, 2, 3, 4]);
  expect(parseRange('everyMs=100..200:50').values).toEqual([100, 150, 200]);
  expect(parseRange('gap=0..1:0.1').values.at(-2)).toBe(0.9);
  expect(parseRange('delayMs=40,200,500').values).toEqual([40, 200, 500]);
});

test.each(['everyMs', 'everyMs=', '=1..2', 'x=2..1', 'x=1..2:0', 'x=a,b', 'x=1..9999999'])(
  '"%s" is no range',
  (text) => {
    expect(() => parseRange(text)).toThrow(UserError);
  },
);

test('several parameters give every combination, the last changing fastest', () => {
  const all = combinations([parseRange('a=1,2'), parseRange('b=3,4')]);
  expect(all.map((settings) => settings.map(({ value }) => value))).toEqual([
    [1, 3],
    [1, 4],
    [2, 3],
    [2, 4],
  ]);
});

test('a load, an ACK policy, a program, a profile and its quirks can be changed; what a trial has not cannot', () => {
  expect(changeTrial(trial('1.1'), { name: 'everyMs', value: 7 }).load).toMatchObject({ everyMs: 7 });
  expect(changeTrial(trial('4.2'), { name: 'delayMs', value: 7 }).load).toMatchObject({ policy: { delayMs: 7 } });
  expect(changeTrial(trial('4.2'), { name: 'count', value: 7 })).toMatchObject({
    program: { settings: { values: { count: 7, length: 1460 } } },
  });
  expect(changeTrial(trial('3.1'), { name: 'windowMss', value: 7 }).load).toMatchObject({ windowMss: 7 });
  expect(changeTrial(trial('1.1'), { name: 'timeWaitMs', value: 7 }).profile.tcp.timeWaitMs).toBe(7);
  expect(changeTrial(trial('1.1'), { name: 'killsOldestAt', value: 7 }).profile.net.quirks.killsOldestAt).toBe(7);
  expect(canChange(trial('1.1'), 'windowMss')).toBe(false);
});
