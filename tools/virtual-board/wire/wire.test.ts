import { expect, it } from 'vitest';
import { VirtualClock } from '../clock.ts';
import { createWire } from './wire.ts';

it('delivers frames in order to the other end, never inside the call that sent them', () => {
  const clock = new VirtualClock();
  const [left, right] = createWire(clock);
  const arrived: string[] = [];
  right.onFrame((frame) => arrived.push(`right ${frame[0]}`));
  left.onFrame((frame) => arrived.push(`left ${frame[0]}`));
  left.send(Uint8Array.of(1));
  left.send(Uint8Array.of(2));
  right.send(Uint8Array.of(3));
  expect(arrived).toEqual([]);
  clock.runUntil(0);
  expect(arrived).toEqual(['right 1', 'right 2', 'left 3']);
});

it('loses what is on its way when an end is unplugged', () => {
  const clock = new VirtualClock();
  const [left, right] = createWire(clock);
  const arrived: number[] = [];
  right.onFrame((frame) => arrived.push(frame[0] ?? -1));
  left.send(Uint8Array.of(1));
  right.close();
  left.send(Uint8Array.of(2));
  clock.runUntil(1000);
  expect(arrived).toEqual([]);
});
