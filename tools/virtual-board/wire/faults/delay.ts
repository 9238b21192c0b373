import type { Fault } from './stage.ts';

/** Holds every frame for `ms`. */
export function delay(ms: number): Fault {
  return (clock) => (frame, pass) => void clock.after(ms, () => pass(frame));
}

/** Holds each frame for a time of its own, uniform between 0 and `ms`, without letting one overtake another. */
export function jitter(ms: number): Fault {
  return (clock, random) => {
    let last = 0;
    return (frame, pass) => {
      last = Math.max(last, clock.now() + random() * ms);
      clock.after(last - clock.now(), () => pass(frame));
    };
  };
}
