import type { Clock } from '../clock.ts';
import type { Link } from './link.ts';

/** The way of a frame between the access point and the stack on the chip. */
export interface RadioTiming {
  /** Milliseconds that a frame takes each way beyond its time on the air. */
  readonly latencyMs: number;
  /** Rate on the air, for both directions together. */
  readonly megabitsPerSecond: number;
  /** Received frames that wait while the CPU is busy; more are lost. */
  readonly receiveRing: number;
}

/**
 * The chip's radio and its driver, for a board at the speed of the chip: frames share the air, take time, and are lost
 * when the CPU does not fetch them in time. The radio itself loses none; that is what faults are for.
 */
export class ChipRadio implements Link {
  readonly #link: Link;
  readonly #clock: Clock;
  readonly #timing: RadioTiming;
  readonly #ring: Uint8Array[] = [];
  #receiver: ((frame: Uint8Array) => void) | undefined;
  #airFreeAt = 0;
  #fetchDue = false;
  #overruns = 0;

  constructor(link: Link, clock: Clock, timing: RadioTiming) {
    this.#link = link;
    this.#clock = clock;
    this.#timing = timing;
  }

  /** Frames lost because the ring was full. */
  get overruns(): number {
    return this.#overruns;
  }

  send(frame: Uint8Array): void {
    this.#transmit(frame, () => this.#link.send(frame));
  }

  onFrame(receiver: (frame: Uint8Array) => void): void {
    this.#receiver = receiver;
    this.#link.onFrame((frame) => this.#transmit(frame, () => this.#arrive(frame)));
  }

  close(): void {
    this.#receiver = undefined;
    this.#link.close();
  }

  #transmit(frame: Uint8Array, deliver: () => void): void {
    const now = this.#clock.now();
    this.#airFreeAt = Math.max(now, this.#airFreeAt) + (frame.length * 8) / (this.#timing.megabitsPerSecond * 1000);
    this.#clock.after(this.#airFreeAt + this.#timing.latencyMs - now, deliver);
  }

  #arrive(frame: Uint8Array): void {
    if (this.#ring.length >= this.#timing.receiveRing) {
      this.#overruns++;
      return;
    }
    this.#ring.push(frame);
    this.#fetchLater();
  }

  /** One frame in each turn: while the CPU spends time on it, others arrive and fill the ring. */
  #fetchLater(): void {
    if (this.#fetchDue) return;
    this.#fetchDue = true;
    this.#clock.after(0, () => {
      this.#fetchDue = false;
      const frame = this.#ring.shift();
      if (frame) this.#receiver?.(frame);
      if (this.#ring.length > 0) this.#fetchLater();
    });
  }
}
