import { expect, test } from 'vitest';
import { pace } from './pacer.ts';

/** Ticks of one pacing, with when they came. */
function collect(timeOf: (n: number) => number, until: number, stall: (tick: number) => void = () => undefined) {
  return new Promise<{ intendedAt: number; at: number }[]>((resolve) => {
    const ticks: { intendedAt: number; at: number }[] = [];
    pace(
      timeOf,
      until,
      (intendedAt) => {
        ticks.push({ intendedAt, at: performance.now() });
        stall(ticks.length);
      },
      () => resolve(ticks),
    );
  });
}

test('ticks come at their intended times, never early', async () => {
  const start = performance.now();
  const ticks = await collect((n) => start + n * 10, start + 100);
  expect(ticks.map(({ intendedAt }) => Math.round(intendedAt - start))).toEqual([
    0, 10, 20, 30, 40, 50, 60, 70, 80, 90,
  ]);
  expect(ticks.every(({ intendedAt, at }) => at >= intendedAt)).toBe(true);
});

test('after a stall the ticks that were missed still come, with the times they were meant for', async () => {
  const start = performance.now();
  const ticks = await collect(
    (n) => start + n * 10,
    start + 100,
    (tick) => {
      if (tick !== 3) return;
      for (const end = performance.now() + 45; performance.now() < end;);
    },
  );
  expect(ticks).toHaveLength(10);
  expect(Math.round((ticks[4]?.intendedAt ?? 0) - start)).toBe(40);
  expect((ticks[4]?.at ?? 0) - start).toBeGreaterThan(60);
});

test('a stopped pacer is silent', async () => {
  let ticks = 0;
  const start = performance.now();
  const pacing = pace(
    (n) => start + n * 5,
    Infinity,
    () => ticks++,
  );
  pacing.stop();
  pacing.stop();
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(ticks).toBe(1);
});
