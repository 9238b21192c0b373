import type { Clock } from './clock.ts';

const MILLION = 1_000_000;

/** The calendar time that rtctime keeps through resets and deep sleep; 0 until it is set. */
export class RealTimeClock {
  /** Correction as rtctime.set gives it, parts per 2^32. */
  rate = 0;
  readonly #clock: Clock;
  /** Microseconds since 1970 when `#since` was now. */
  #base = 0;
  #since = 0;
  #isSet = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isSet(): boolean {
    return this.#isSet;
  }

  set(seconds: number, microseconds: number): void {
    this.#base = seconds * MILLION + microseconds;
    this.#since = this.#clock.now();
    this.#isSet = true;
  }

  now(): { seconds: number; microseconds: number } {
    if (!this.#isSet) return { seconds: 0, microseconds: 0 };
    const passed = (this.#clock.now() - this.#since) * 1000 * (1 + this.rate / 2 ** 32);
    const now = this.#base + Math.floor(passed);
    return { seconds: Math.floor(now / MILLION), microseconds: now % MILLION };
  }

  /** Power was gone. */
  clear(): void {
    this.#isSet = false;
    this.rate = 0;
  }
}
