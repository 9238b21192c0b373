import { expect, test } from 'vitest';
import { simulate } from './simulate.ts';
import { advise, buffersFor, receiveWindow, sendWindow } from './windows.ts';

const MSS = 1460;

test("the article's example: five sockets with 5840 bytes want 20 buffers, 32 kB", () => {
  const advice = advise({ buffers: 20, mss: MSS, sockets: 5, delayedAck: false });
  expect(advice).toMatchObject({ receiveWindow: 5840, sendWindow: 2920, warnings: [] });
  expect(Math.round(advice.memory / 1000)).toBe(32);
});

test('a delayed ACK takes half a buffer for each segment', () => {
  expect(sendWindow({ buffers: 30, mss: MSS, sockets: 5, delayedAck: false })).toBe(3 * MSS);
  expect(sendWindow({ buffers: 30, mss: MSS, sockets: 5, delayedAck: true })).toBe(4 * MSS);
});

test('less than one MSS is warned of, with the number of buffers that is enough', () => {
  for (const delayedAck of [false, true]) {
    const { warnings } = advise({ buffers: 3, mss: MSS, sockets: 4, delayedAck });
    const enough = buffersFor(1, 4, delayedAck);
    expect(warnings).toHaveLength(2);
    expect(warnings[1]).toContain(`${enough} buffers`);
    expect(sendWindow({ buffers: enough, mss: MSS, sockets: 4, delayedAck })).toBeGreaterThanOrEqual(MSS);
    expect(sendWindow({ buffers: enough - 1, mss: MSS, sockets: 4, delayedAck })).toBeLessThan(MSS);
  }
  expect(receiveWindow({ buffers: 3, mss: MSS, sockets: 4 })).toBeLessThan(MSS);
});

test('one segment is warned of: it waits for a round trip, and for each delayed ACK', () => {
  expect(advise({ buffers: 4, mss: MSS, sockets: 3, delayedAck: true }).warnings.join(' ')).toMatch(/one segment.*/i);
  expect(advise({ buffers: 12, mss: MSS, sockets: 3, delayedAck: false }).warnings).toEqual([]);
});

const plans = [4, 7, 12, 20, 30].flatMap((buffers) =>
  [1, 2, 3, 5].flatMap((sockets) => [false, true].map((delayedAck) => ({ buffers, mss: MSS, sockets, delayedAck }))),
);

test('in simulation no window of the advice ever runs out of buffers', () => {
  for (const plan of plans) {
    const advice = advise(plan);
    if (advice.sendSegments === 0) continue;
    expect({ plan, ...simulate(plan, advice) }).toMatchObject({ drops: 0, lostAcks: 0 });
  }
});

test('in simulation twice the advice does, wherever several connections share the buffers', () => {
  const plan = { buffers: 20, mss: MSS, sockets: 5, delayedAck: false };
  const { receiveSegments, sendSegments } = advise(plan);
  const twice = simulate(plan, { receiveSegments: 2 * receiveSegments, sendSegments: 2 * sendSegments });
  expect(twice.drops).toBeGreaterThan(0);
  expect(twice.lostAcks).toBeGreaterThan(0);
});
