import type { Timer } from '../../clock.ts';
import type { Fault, Pass } from './stage.ts';

/** How long a frame waits at most for others to overtake it. */
const PATIENCE_MS = 100;

interface Held {
  frame: Uint8Array;
  overtakers: number;
  timer: Timer;
}

/** Holds a frame back with `probability` until `distance` later frames have overtaken it, or 100 ms have passed. */
export function reordering(probability: number, distance: number): Fault {
  return (clock, random) => {
    const held = new Set<Held>();

    function release(one: Held, pass: Pass): void {
      one.timer.cancel();
      held.delete(one);
      pass(one.frame);
    }

    function hold(frame: Uint8Array, pass: Pass): void {
      const one: Held = { frame, overtakers: 0, timer: clock.after(PATIENCE_MS, () => release(one, pass)) };
      held.add(one);
    }

    return (frame, pass) => {
      if (random() < probability) {
        hold(frame, pass);
        return;
      }
      pass(frame);
      for (const one of [...held]) if (++one.overtakers >= distance) release(one, pass);
    };
  };
}
