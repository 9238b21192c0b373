import { expect, test } from 'vitest';
import { seededRandom } from '../../../tools/virtual-board/random.ts';
import type { BoardSample } from './board-watch.ts';
import { leakSlope } from './leak.ts';

/** Two steps of 60 s, the second with five times the load, whose heap falls by `perConnection` under noise. */
function samplesOf(perConnection: number, seed: number, noise = 800): BoardSample[] {
  const random = seededRandom(seed);
  let connections = 0;
  let garbage = 0;
  return Array.from({ length: 240 }, (_, index) => {
    const step = index < 120 ? 0 : 1;
    connections += step === 0 ? 10 : 50;
    // Garbage piles up and is collected: neighbouring samples are alike.
    garbage = 0.5 * garbage + noise * (random() - 0.5);
    const level = step === 0 ? 30_000 : 22_000;
    const heap = level - perConnection * connections + garbage;
    return { t: index * 500, heap, openPcbs: 0, timeWait: 0, restarts: 0, step, connections };
  });
}

test('a leak of four bytes per connection is found through garbage, with its size', () => {
  const slope = leakSlope(samplesOf(4, 1));
  expect(slope?.low).toBeGreaterThan(0);
  expect(slope?.low).toBeLessThan(4);
  expect(slope?.high).toBeGreaterThan(4);
  expect(slope?.isLeak).toBe(true);
});

/** One step of so many connections, five a second, looked at twice a second. */
function soakOf(count: number, heapAt: (connections: number) => number, seed: number, noise: number): BoardSample[] {
  const random = seededRandom(seed);
  return Array.from({ length: Math.floor(count / 2.5) }, (_, index) => {
    const connections = Math.floor(2.5 * index);
    const heap = heapAt(connections) + noise * (random() - 0.5);
    return { t: index * 500, heap, openPcbs: 0, timeWait: 0, restarts: 0, step: 0, connections };
  });
}

const seeds = Array.from({ length: 100 }, (_, index) => index + 1);

test('a leak of 20 bytes is found within 300 connections, through garbage of 4 kB', () => {
  const found = seeds.filter((seed) => leakSlope(soakOf(300, (n) => 28_000 - 20 * n, seed, 4000))?.isLeak);
  expect(found.length).toBeGreaterThanOrEqual(95);
});

test('a leak of a tenth of a byte is found in a soak of 60 000 connections', () => {
  expect(leakSlope(soakOf(60_000, (n) => 28_000 - 0.1 * n, 1, 4000))?.isLeak).toBe(true);
});

test('a fall that ends is certain, but no leak', () => {
  const slope = leakSlope(soakOf(26_000, (n) => 28_000 - 800 * Math.min(1, n / 10_000), 1, 4000));
  expect(slope?.low).toBeGreaterThan(0);
  expect(slope?.isLeak).toBe(false);
});

test('a fall of a few hundred bytes in all is no leak, however certain', () => {
  const slope = leakSlope(soakOf(2000, (n) => 28_000 - 0.2 * n, 1, 20));
  expect(slope?.low).toBeGreaterThan(0);
  expect(slope?.isLeak).toBe(false);
});

test('garbage alone is called a leak by less than one run in a hundred', () => {
  const alarms = [300, 3000, 26_000].flatMap((count) =>
    seeds.filter((seed) => leakSlope(soakOf(count, () => 28_000, seed, 4000))?.isLeak),
  );
  expect(alarms.length).toBeLessThan(3);
});

test('without a leak the interval holds zero nineteen times of twenty, though each load has its own level', () => {
  const many = Array.from({ length: 200 }, (_, index) => index + 1);
  const alarms = many.filter((seed) => {
    const slope = leakSlope(samplesOf(0, seed));
    return slope === undefined || slope.low > 0 || slope.high < 0;
  });
  expect(alarms.length).toBeLessThan(20);
});

test('a plateau that TIME_WAIT reaches in the first seconds of a step is no leak', () => {
  const samples = samplesOf(0, 3, 1).map((sample, index) => ({
    ...sample,
    heap: 30_000 - 150 * Math.min(25, index % 120),
  }));
  expect(leakSlope(samples)?.low).toBeLessThanOrEqual(0);
});

test('too few samples say nothing', () => {
  expect(leakSlope(samplesOf(4, 1).slice(0, 12))).toBeUndefined();
  expect(leakSlope([])).toBeUndefined();
});

test('TIME_WAIT that grows with every connection for two minutes is no leak', () => {
  const filling = soakOf(500, (n) => 43_000 - 192 * n, 1, 300).map((sample) => ({
    ...sample,
    timeWait: sample.connections ?? 0,
  }));
  expect(leakSlope(filling)?.isLeak ?? false).toBe(false);
});

test('a leak beside a TIME_WAIT that comes and goes is found with its own size', () => {
  const samples = soakOf(600, (n) => 40_000 - 20 * n, 1, 300).map((sample, index) => {
    const timeWait = 30 + Math.round(25 * Math.sin(index / 9));
    return { ...sample, timeWait, heap: (sample.heap ?? 0) - 192 * timeWait };
  });
  expect(leakSlope(samples)).toMatchObject({ isLeak: true, bytesPerConnection: expect.closeTo(20, 0) as number });
});

test('a restart does not hide the leak that led to it', () => {
  const samples = soakOf(600, (n) => 40_000 - 90 * (n % 300), 1, 300).map((sample) => ({
    ...sample,
    restarts: Math.floor((sample.connections ?? 0) / 300),
  }));
  expect(leakSlope(samples)).toMatchObject({ isLeak: true, bytesPerConnection: expect.closeTo(90, 0) as number });
});
