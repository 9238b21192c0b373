import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HarnessWatch } from './harness-watch.ts';
import type { HarnessReport } from './report/stress-report.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => vi.useRealTimers());

/** What is said of a run of `seconds` whose wall clock is `wall(second)` ms ahead of the monotonic one. */
function watch(seconds: number, wall: (second: number) => number): HarnessReport {
  let now = 0;
  const watching = new HarnessWatch(monitorEventLoopDelay(), {
    monotonic: () => now,
    wall: () => 1_700_000_000_000 + now + wall(now / 1000),
  });
  for (; now < seconds * 1000; now += 1000) vi.advanceTimersByTime(1000);
  return watching.finish(0)([], { connections: 0, outcomes: {}, endings: {}, verdicts: {} });
}

test('a clock that is set is told, forwards or back, even when it is set back again', () => {
  expect(watch(10, (second) => (second > 5 ? 3_600_000 : 0))).toMatchObject({
    bottleneck: true,
    clockJump: 3_600_000,
    why: expect.stringContaining('the wall clock jumped by 3600000 ms') as string,
  });
  expect(watch(10, (second) => (second > 5 && second < 8 ? -5000 : 0))).toMatchObject({ clockJump: -5000 });
});

test('a clock that runs a little fast does not jump in ten hours', () => {
  const { clockJump, why } = watch(36_000, (second) => second * 0.1);
  expect(clockJump).toBeCloseTo(0.1);
  expect(why).not.toContain('jumped');
});
