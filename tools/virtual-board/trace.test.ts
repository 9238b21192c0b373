import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { HeadClient } from './bench/head-client.ts';
import { benchServers } from './bench/server.ts';
import { VirtualBoard } from './board.ts';
import { VirtualClock } from './clock.ts';
import { findProfile } from './profiles/index.ts';
import { seededRandom } from './random.ts';
import { MemoryFlash } from './serial/memory-flash.ts';
import { ChipRadio } from './wire/chip-radio.ts';
import { parseFaults } from './wire/faults/spec.ts';
import { createWire } from './wire/wire.ts';
import { Wiring } from './wiring.ts';

const HEADS = 100;
const EVERY_MS = 500;

interface Trace {
  hash: string;
  frames: number;
  answered: number;
}

/** A hundred HEADs through every kind of fault at once, at the speed of the chip, in virtual time. */
function trace(seed: number): Trace {
  const clock = new VirtualClock();
  const random = seededRandom(seed);
  const [near, far] = createWire(clock);
  const plan = parseFaults('loss=3%,burst=2%/3,delay=2ms,jitter=3ms,duplicate=2%,reorder=2%/2,corrupt=1%,wifi=20s/1s');
  const wiring = new Wiring({ link: near, clock, random, plan, onAccessPoint: (up) => board.setAccessPoint(up) });
  const hash = createHash('sha256');
  let frames = 0;
  wiring.farSide.observe((direction, frame) => {
    frames++;
    hash.update(`${direction} ${clock.now()} `).update(frame);
  });
  const profile = findProfile('nodemcu-3.0');
  const board = new VirtualBoard({
    ...{ profile, clock, random, flash: new MemoryFlash(), files: benchServers.clientFirst },
    ...{ link: new ChipRadio(wiring.boardSide, clock, profile.speed.radio), speed: 'chip' },
  });
  board.powerOn();
  wiring.start();
  clock.runUntil(1000);
  const client = new HeadClient(far, clock, true);
  let answered = 0;
  for (let head = 0; head < HEADS; head++) {
    client.head((good) => {
      if (good) answered++;
    });
    clock.runUntil(clock.now() + EVERY_MS);
  }
  client.stop();
  board.close();
  wiring.close();
  return { hash: hash.digest('hex'), frames, answered };
}

it('is the same to the last bit and microsecond for the same seed, and another for another', () => {
  const first = trace(1);
  expect(trace(1)).toEqual(first);
  expect(trace(2).hash).not.toBe(first.hash);
  expect(first.answered).toBeGreaterThan(HEADS / 2);
  expect(first.frames).toBeGreaterThan(5 * HEADS);
});
