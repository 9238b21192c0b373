import { expect, test } from 'vitest';
import type { BoardReport } from './board-watch.ts';
import { afterSecondLoad, leakCheckMs } from './leak-check.ts';

const slope = { bytesPerConnection: 20, low: 18, high: 22, samples: 90, connections: 300 };
const first: BoardReport & { heapLost: number } = { observed: true, samples: [], heapLost: 6000, restarts: 1 };
const second: BoardReport = { observed: true, samples: [], heapLost: 0, restarts: 1 };

test('the second load is as long as a leak of that size needs to show itself', () => {
  expect(leakCheckMs({ heapLost: 6000, connections: 300, perSecond: 5 })).toBeCloseTo(10_240);
  expect(leakCheckMs({ heapLost: 6000, connections: 300, perSecond: 0.1 })).toBe(15_000);
  expect(leakCheckMs({ heapLost: 3000, connections: 30_000, perSecond: 4000 })).toBe(3000);
});

test('heap that the second load did not take again has grown once', () => {
  expect(afterSecondLoad(first, second)).toMatchObject({ heapLost: 0, grownOnce: 6000, restarts: 2 });
});

test('heap that fell with every connection is lost, whatever the second load took', () => {
  const lost = afterSecondLoad({ ...first, leak: { ...slope, isLeak: true } }, second);
  expect(lost.heapLost).toBe(6000);
  expect(lost.grownOnce).toBeUndefined();
  expect(afterSecondLoad({ ...first, leak: { ...slope, isLeak: false } }, second).grownOnce).toBe(6000);
});

test('heap that the second load took again is lost in all, not only the second part', () => {
  expect(afterSecondLoad(first, { ...second, heapLost: 1200 })).toMatchObject({ heapLost: 6000 });
});
