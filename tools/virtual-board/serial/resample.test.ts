import { expect, it } from 'vitest';
import { resample, Resampler } from './resample.ts';

const all = Uint8Array.from({ length: 256 }, (_, value) => value);

it('passes every byte when the rates agree within the tolerance of a UART', () => {
  expect(resample(all, 115200, 115200)).toEqual(all);
  expect(resample(all, 115942, 115200)).toEqual(all);
});

it('reads a byte sent at a tenth of the rate as the zeros of its long start bit', () => {
  expect([...resample(Uint8Array.of(0xff), 11520, 115200)]).toEqual([0x00]);
});

it('reads one frame where two were sent at twice the rate', () => {
  expect([...resample(Uint8Array.of(0xff, 0xff), 230400, 115200)]).toEqual([0xff]);
});

it('never invents bytes on a line that idles', () => {
  expect(resample(new Uint8Array(0), 74880, 115200)).toHaveLength(0);
});

it.each([
  { sender: 74880, receiver: 115200 },
  { sender: 115200, receiver: 9600 },
  { sender: 9600, receiver: 115200 },
])('hears $sender baud at $receiver the same whatever pieces the burst comes in', ({ sender, receiver }) => {
  const whole = resample(all, sender, receiver);
  for (const size of [1, 7, 100]) {
    const resampler = new Resampler();
    const heard: number[] = [];
    for (let at = 0; at < all.length; at += size) {
      heard.push(...resampler.receive(all.subarray(at, at + size), sender, receiver, at + size >= all.length));
    }
    expect(Uint8Array.from(heard)).toEqual(whole);
  }
});
