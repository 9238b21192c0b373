import { expect, it } from 'vitest';
import { VirtualClock } from '../clock.ts';
import { ChipRadio } from './chip-radio.ts';
import { createWire } from './wire.ts';

const timing = { latencyMs: 1, megabitsPerSecond: 8, receiveRing: 3 };
const frame = (number: number): Uint8Array => Uint8Array.from({ length: 1000 }, () => number);

it('takes time on the air and on the way, one frame after the other in either direction', () => {
  const clock = new VirtualClock();
  const [near, far] = createWire(clock);
  const radio = new ChipRadio(near, clock, timing);
  const arrived: string[] = [];
  radio.onFrame(([number]) => arrived.push(`${clock.now()} chip ${number}`));
  far.onFrame(([number]) => arrived.push(`${clock.now()} far ${number}`));
  radio.send(frame(1));
  radio.send(frame(2));
  far.send(frame(3));
  clock.runUntil(100);
  expect(arrived).toEqual(['2 far 1', '3 far 2', '4 chip 3']);
});

it('loses what does not fit the ring while the CPU is busy', () => {
  const clock = new VirtualClock();
  const [near, far] = createWire(clock);
  const radio = new ChipRadio(near, clock, timing);
  const taken: number[] = [];
  radio.onFrame(([number = 0]) => {
    taken.push(number);
    clock.spend(50);
  });
  for (let number = 1; number <= 10; number++) far.send(frame(number));
  clock.runUntil(1000);
  expect(taken).toEqual([1, 2, 3, 4]);
  expect(radio.overruns).toBe(6);
});

it('loses none when the CPU keeps up', () => {
  const clock = new VirtualClock();
  const [near, far] = createWire(clock);
  const radio = new ChipRadio(near, clock, timing);
  let taken = 0;
  radio.onFrame(() => {
    taken++;
    clock.spend(0.9);
  });
  for (let number = 1; number <= 100; number++) far.send(frame(number));
  clock.runUntil(1000);
  expect({ taken, overruns: radio.overruns }).toEqual({ taken: 100, overruns: 0 });
});
