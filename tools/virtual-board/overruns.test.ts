import { expect, it } from 'vitest';
import { VirtualBoard } from './board.ts';
import { VirtualClock } from './clock.ts';
import { findProfile } from './profiles/index.ts';
import { seededRandom } from './random.ts';
import { MemoryFlash } from './serial/memory-flash.ts';
import { ChipRadio } from './wire/chip-radio.ts';
import { createWire } from './wire/wire.ts';

it('a snapshot tells how many frames the receive ring had no place for, at the speed of the chip only', () => {
  const clock = new VirtualClock();
  const [near] = createWire(clock);
  const profile = findProfile('nodemcu-3.0');
  const radio = new ChipRadio(near, clock, profile.speed.radio);
  const common = { profile, clock, random: seededRandom(1), flash: new MemoryFlash() };
  const chip = new VirtualBoard({ ...common, link: radio, speed: 'chip' });
  const host = new VirtualBoard({ ...common, link: near, speed: 'host' });
  Object.defineProperty(radio, 'overruns', { value: 6 });
  expect(chip.snapshot().overruns).toBe(6);
  expect(host.snapshot()).not.toHaveProperty('overruns');
  chip.close();
  host.close();
});
