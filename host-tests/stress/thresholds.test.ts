import { expect, test } from 'vitest';
import { parseThreshold } from './thresholds.ts';

test.each([
  ['duel==0', { metric: 'duel', operator: '==', value: 0 }],
  ['p99<250ms', { metric: 'p99', operator: '<', value: 250 }],
  ['p99.9 <= 1.5s', { metric: 'p99.9', operator: '<=', value: 1500 }],
  ['min-heap>=8000', { metric: 'min-heap', operator: '>=', value: 8000 }],
])('reads %s', (text, threshold) => {
  expect(parseThreshold(text)).toMatchObject(threshold);
});

test.each(['duel', 'duels==0', 'p99<', 'p99<fast', '==0', 'p99=250'])('refuses %s with the list of metrics', (text) => {
  expect(() => parseThreshold(text)).toThrow(expect.objectContaining({ exitCode: 2 }));
});
