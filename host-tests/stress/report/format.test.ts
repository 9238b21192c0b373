import { expect, test } from 'vitest';
import { formatCount, formatLeak, formatMs, formatPercent } from './format.ts';

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

test.each([
  [{ low: 18, high: 22, isLeak: true }, 'heap leaks 20 B per connection (95 %: 18 to 22), 6000 B over 300 of them'],
  [{ low: -1, high: 41, isLeak: false }, 'no leak seen, slope 20 B per connection (95 %: -1.00 to 41)'],
  [{ low: 1, high: 39, isLeak: false }, /fell by 20 B .*, but less than 512 B in all are certain: not called a leak$/],
  [{ low: 18, high: 22, isLeak: false }, /fell by 20 B .*, but it did not go on: not called a leak$/],
])('the slope %j is told as it is', (slope, text) => {
  const told = formatLeak({ bytesPerConnection: 20, samples: 100, connections: 300, ...slope });
  expect(told).toMatch(text);
});
