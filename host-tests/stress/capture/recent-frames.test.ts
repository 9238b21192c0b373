import { expect, test } from 'vitest';
import { RecentFrames } from './recent-frames.ts';

test('frames come back by time, as they were', () => {
  const recent = new RecentFrames();
  for (let t = 0; t < 10; t++) recent.add(Uint8Array.of(t, t), t);
  expect(recent.between(3, 5)).toEqual([3, 4, 5].map((t) => ({ t, frame: Uint8Array.of(t, t) })));
});

test('the oldest frames go when the bytes run out, and no frame is ever half overwritten', () => {
  const recent = new RecentFrames();
  for (let t = 0; t < 20_000; t++) recent.add(new Uint8Array(1000 + (t % 500)).fill(t % 251), t);
  const kept = recent.between(0, Infinity);
  expect(kept.length).toBeGreaterThan(5000);
  expect(kept.length).toBeLessThan(8500);
  expect(kept.at(-1)?.t).toBe(19_999);
  for (const { t, frame } of kept)
    expect(frame.length === 1000 + (t % 500) && frame.every((byte) => byte === t % 251)).toBe(true);
});

test('the oldest frames go when there are too many', () => {
  const recent = new RecentFrames();
  for (let t = 0; t < 70_000; t++) recent.add(Uint8Array.of(1), t);
  expect(recent.between(0, Infinity)).toHaveLength(65_536);
});
