import type { Fault } from './stage.ts';

/** Loses each frame with `probability`, independently of every other. */
export function loss(probability: number): Fault {
  return (_clock, random) => (frame, pass) => {
    if (random() >= probability) pass(frame);
  };
}
