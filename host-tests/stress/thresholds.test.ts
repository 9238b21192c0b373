import { expect, test } from 'vitest';
import { checkThresholds, parseThreshold } from './thresholds.ts';
import type { StressReport } from './report/stress-report.ts';

test.each([
  ['duel==0', { metric: 'duel', operator: '==', value: 0 }],
  ['p99<250ms', { metric: 'p99', operator: '<', value: 250 }],
  ['p99.9 <= 1.5s', { metric: 'p99.9', operator: '<=', value: 1500 }],
  ['refused<=2.5%', { metric: 'refused', operator: '<=', value: 2.5, isShare: true }],
  ['min-heap>=8000', { metric: 'min-heap', operator: '>=', value: 8000 }],
])('reads %s', (text, threshold) => {
  expect(parseThreshold(text)).toMatchObject(threshold);
});

test.each([
  'duel',
  'duels==0',
  'p99<',
  'p99<fast',
  '==0',
  'p99=250',
  'p99<5%',
  'duel<5ms',
  'min-heap>8s',
  'restarts<1%',
])('refuses %s with the list of metrics', (text) => {
  expect(() => parseThreshold(text)).toThrow(expect.objectContaining({ exitCode: 2 }));
});

const report = (over: object): StressReport => {
  const totals = { connections: 200, outcomes: { timeout: 6 }, verdicts: { timeout: 1, 'syn-dropped': 5 } };
  return { totals, steps: [], board: { observed: false }, ...over } as unknown as StressReport;
};

test.each([
  ['syn-dropped<3%', { actual: 2.5, passed: true }],
  ['syn-dropped<2.5%', { actual: 2.5, passed: false }],
  ['timeout==1', { actual: 6, passed: false }],
  ['duel==0', { actual: 0, passed: true }],
  ['heap-lost==0', { actual: undefined, passed: true, note: 'the board does not tell' }],
])('a report is held against %s', (text, result) => {
  expect(checkThresholds(report({}), [parseThreshold(text)])[0]).toMatchObject(result);
});

test('a board that never answered keeps no bound of latency', () => {
  const never = { actual: undefined, passed: false, note: 'no response at all' };
  expect(checkThresholds(report({}), [parseThreshold('p99<250ms')])).toMatchObject([never]);
});
