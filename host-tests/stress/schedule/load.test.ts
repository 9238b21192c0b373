import { expect, test } from 'vitest';
import { headLadder } from './ladder.ts';
import { offeredPerSecond, parseDuration, parseLoad, startOf } from './load.ts';

test.each([
  ['200ms', 200],
  ['0.2s', 200],
  ['5min', 300_000],
  ['5m', 300_000],
  ['2h', 7_200_000],
  ['2', undefined],
  ['fast', undefined],
])('the duration %s is %s ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each([
  ['every:0.2s/13s', { load: { kind: 'interval', everyMs: 200 }, durationMs: 13_000 }],
  ['rate:50', { load: { kind: 'interval', everyMs: 20 } }],
  ['ramp:1-50/1min', { load: { kind: 'ramp', fromPerSecond: 1, toPerSecond: 50 }, durationMs: 60_000 }],
  ['clients:20/2h', { load: { kind: 'clients', clients: 20, pauseMs: 0 }, durationMs: 7_200_000 }],
  ['clients:5/1000x', { durationMs: 86_400_000, connections: 1000 }],
  ['rate:50/10x/5s', { durationMs: 5000, connections: 10 }],
  ['clients:5@1s', { load: { kind: 'clients', clients: 5, pauseMs: 1000 } }],
])('reads %s', (text, timed) => {
  expect(parseLoad(text)).toMatchObject(timed);
});

test.each([
  '',
  'every:',
  'every:0s',
  'rate:0',
  'rate:Infinity',
  'rate:1e9',
  'every:0.001ms',
  'ramp:1-1e9',
  'ramp:5',
  'ramp:0-0',
  'clients:1.5',
  'clients:5@soon',
  'clients:5/0s',
  'clients:5/0x',
  'clients:5/1s/2s/3s',
  'burst:9',
])('refuses %j with examples', (text) => {
  expect(() => parseLoad(text)).toThrow(expect.objectContaining({ exitCode: 2 }));
});

test('a ramp starts as many connections as its mean rate says, closer and closer together', () => {
  const load = { kind: 'ramp', fromPerSecond: 0, toPerSecond: 20 } as const;
  const starts = Array.from({ length: 101 }, (_, n) => startOf(load, n, 10_000));
  expect(starts[100]).toBeCloseTo(10_000);
  expect(starts[25]).toBeCloseTo(5000);
  expect(offeredPerSecond(load)).toBe(10);
});

test('a falling ramp ends', () => {
  const load = { kind: 'ramp', fromPerSecond: 20, toPerSecond: 0 } as const;
  expect(startOf(load, 100, 10_000)).toBeCloseTo(10_000);
  expect(startOf(load, 101, 10_000)).toBe(Infinity);
});

test('the full ladder outlasts TIME_WAIT on every rung', () => {
  const steps = headLadder({ full: true });
  expect(steps.every(({ durationMs }) => durationMs >= 13_000)).toBe(true);
  expect(steps).toHaveLength(9);
});
