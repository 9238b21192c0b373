import { expect, it } from 'vitest';
import { VirtualClock } from '../../clock.ts';
import { seededRandom } from '../../random.ts';
import type { Link } from '../link.ts';
import { burstLoss } from './burst-loss.ts';
import { corruption } from './corruption.ts';
import { delay, jitter } from './delay.ts';
import { duplication } from './duplication.ts';
import { loss } from './loss.ts';
import { Radio, runOutages } from './radio.ts';
import { reordering } from './reordering.ts';
import { withFault, type Fault, type FaultDirection } from './stage.ts';

const FRAMES = 20_000;

interface Arrival {
  at: number;
  frame: Uint8Array;
}

const numbered = (number: number): Uint8Array => {
  const frame = new Uint8Array(60);
  new DataView(frame.buffer).setUint32(20, number);
  return frame;
};
const numberOf = (frame: Uint8Array): number => new DataView(frame.buffer, frame.byteOffset).getUint32(20);

/** A link whose other end is played by the test. */
function openLink(): { link: Link; sent: Uint8Array[]; receive: (frame: Uint8Array) => void } {
  const sent: Uint8Array[] = [];
  let receiver: (frame: Uint8Array) => void = () => undefined;
  const link: Link = {
    send: (frame) => void sent.push(frame),
    onFrame: (given) => (receiver = given),
    close: () => undefined,
  };
  return { link, sent, receive: (frame) => receiver(frame) };
}

/** Sends a frame every millisecond through `fault` and lists what arrives. */
function arrivals(fault: Fault, count = FRAMES, seed = 1): Arrival[] {
  const clock = new VirtualClock();
  const list: Arrival[] = [];
  const stage = fault(clock, seededRandom(seed));
  for (let number = 0; number < count; number++) {
    clock.runUntil(number);
    stage(numbered(number), (frame) => list.push({ at: clock.now(), frame }));
  }
  clock.runUntil(count + 10_000);
  return list;
}

const numbers = (list: readonly Arrival[]): number[] => list.map(({ frame }) => numberOf(frame));

it('loses the share of frames that was asked for, the same ones for the same seed', () => {
  const arrived = numbers(arrivals(loss(0.05)));
  // Five standard deviations of a binomial distribution.
  expect(Math.abs(FRAMES * 0.95 - arrived.length)).toBeLessThan(5 * Math.sqrt(FRAMES * 0.05 * 0.95));
  expect(numbers(arrivals(loss(0.05)))).toEqual(arrived);
  expect(numbers(arrivals(loss(0.05), FRAMES, 2))).not.toEqual(arrived);
});

it('loses in bursts of the mean length that was asked for', () => {
  const arrived = numbers(arrivals(burstLoss(0.1, 8)));
  const gaps = arrived.map((number, index) => number - (arrived[index - 1] ?? -1) - 1).filter((gap) => gap > 0);
  const lost = FRAMES - arrived.length;
  expect(lost / FRAMES).toBeCloseTo(0.1, 1);
  expect(lost / gaps.length).toBeGreaterThan(6.5);
  expect(lost / gaps.length).toBeLessThan(9.5);
});

it('delays every frame by the same time', () => {
  const list = arrivals(delay(20), 100);
  expect(list.map(({ at, frame }) => at - numberOf(frame))).toEqual(Array<number>(100).fill(20));
});

it('jitters within its limit, uses it, and keeps the order', () => {
  const list = arrivals(jitter(10), 2000);
  expect(numbers(list)).toEqual(Array.from({ length: 2000 }, (_, number) => number));
  const held = list.map(({ at, frame }) => at - numberOf(frame));
  expect(Math.min(...held)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...held)).toBeLessThanOrEqual(10);
  expect(Math.max(...held)).toBeGreaterThan(9);
});

it('duplicates frames as arrays of their own', () => {
  const list = arrivals(duplication(0.5), 1000);
  expect(new Set(numbers(list)).size).toBe(1000);
  expect(list.length).toBeGreaterThan(1400);
  expect(new Set(list.map(({ frame }) => frame)).size).toBe(list.length);
});

it('lets a frame be overtaken by the given number of others and loses none', () => {
  const arrived = numbers(arrivals(reordering(0.05, 3)));
  expect([...arrived].sort((a, b) => a - b)).toEqual(Array.from({ length: FRAMES }, (_, number) => number));
  const overtakers = arrived
    .map((number, index) => arrived.slice(Math.max(0, index - 30), index).filter((other) => other > number).length)
    .filter((count) => count > 0);
  expect(overtakers.length).toBeGreaterThan(0.03 * FRAMES);
  expect(overtakers.filter((count) => count >= 3).length / overtakers.length).toBeGreaterThan(0.8);
});

it('gives a held frame up after 100 ms of silence', () => {
  expect(arrivals(reordering(0.999_999, 3), 1)).toMatchObject([{ at: 100 }]);
});

it('flips exactly one bit behind the Ethernet header', () => {
  for (const { frame } of arrivals(corruption(0.999_999), 500).map(({ frame }, number) => ({
    frame: frame.map((byte, index) => byte ^ (numbered(number)[index] ?? 0)),
  }))) {
    const flipped = [...frame].flatMap((byte, index) => (byte === 0 ? [] : [{ byte, index }]));
    expect(flipped).toHaveLength(1);
    expect(Math.log2(flipped[0]?.byte ?? 0) % 1).toBe(0);
    expect(flipped[0]?.index).toBeGreaterThanOrEqual(14);
  }
});

it.each<[FaultDirection, number, number]>([
  ['rx', 0, 10],
  ['tx', 10, 0],
])('confines a fault to %s', (direction, received, sent) => {
  const outside = openLink();
  const never: Fault = () => () => undefined;
  const link = withFault(outside.link, never, {
    clock: new VirtualClock(),
    random: seededRandom(1),
    directions: [direction],
  });
  let arrived = 0;
  link.onFrame(() => arrived++);
  for (let number = 0; number < 10; number++) {
    link.send(numbered(number));
    outside.receive(numbered(number));
  }
  expect({ arrived, sent: outside.sent.length }).toEqual({ arrived: received, sent });
});

it('delivers nothing after the link was closed', () => {
  const clock = new VirtualClock();
  const outside = openLink();
  const link = withFault(outside.link, delay(5), { clock, random: seededRandom(1) });
  let arrived = 0;
  link.onFrame(() => arrived++);
  outside.receive(numbered(1));
  link.close();
  clock.runUntil(10);
  expect(arrived).toBe(0);
});

it('drops Wi-Fi and brings it back on schedule, with all frames lost in between', () => {
  const clock = new VirtualClock();
  const outside = openLink();
  const radio = new Radio(outside.link);
  const changes: string[] = [];
  const stop = runOutages({ upMs: 100, downMs: 20 }, clock, (up) => {
    changes.push(`${clock.now()} ${up ? 'up' : 'down'}`);
    radio.setUp(up);
  });
  for (let at = 0; at < 300; at += 10) {
    clock.runUntil(at);
    radio.send(numbered(at));
  }
  stop();
  clock.runUntil(1000);
  expect(changes).toEqual(['100 down', '120 up', '220 down', '240 up']);
  expect(outside.sent.map(numberOf)).not.toContain(110);
  expect(outside.sent).toHaveLength(26);
});
