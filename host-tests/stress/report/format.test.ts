import { expect, test } from 'vitest';
import { formatCount, formatMs, formatPercent } from './format.ts';

test.each([
  [0, 10, '0 %'],
  [10, 10, '100 %'],
  [1, 100_000, '<0.1 %'],
  [99_999, 100_000, '>99.9 %'],
  [1, 3, '33.3 %'],
])('%i of %i is %s', (part, whole, text) => {
  expect(formatPercent(part, whole)).toBe(text);
});

test.each([
  [0.0421, '42 µs'],
  [1.5, '1.50 ms'],
  [42.42, '42.4 ms'],
  [420, '420 ms'],
  [4200, '4.20 s'],
])('%f ms is written %s', (milliseconds, text) => {
  expect(formatMs(milliseconds)).toBe(text);
});

test('thousands are set apart', () => {
  expect(formatCount(1_234_567)).toBe('1 234 567');
});
