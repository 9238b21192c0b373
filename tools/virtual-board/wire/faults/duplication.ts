import type { Fault } from './stage.ts';

/** Sends a frame twice with `probability`, the copy right behind it. */
export function duplication(probability: number): Fault {
  return (_clock, random) => (frame, pass) => {
    pass(frame);
    if (random() < probability) pass(Uint8Array.from(frame));
  };
}
