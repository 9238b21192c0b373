/** A pending call; `cancel` is idempotent. */
export interface Timer {
  cancel(): void;
}

/** Time as a parameter: everything on the virtual board that waits or measures takes one of these. */
export interface Clock {
  /** Milliseconds since an arbitrary origin, fractional, never decreasing. */
  now(): number;
  /** Calls `callback` once, `delayMs` from now (0 = as soon as the current callback has returned). */
  after(delayMs: number, callback: () => void): Timer;
}

/** A pending call that is its own handle: the wire makes one for every frame. */
class Event implements Timer {
  readonly at: number;
  readonly order: number;
  callback: (() => void) | undefined;

  constructor(at: number, order: number, callback: () => void) {
    this.at = at;
    this.order = order;
    this.callback = callback;
  }

  cancel(): void {
    this.callback = undefined;
  }
}

const isBefore = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** Deterministic time: events run in order of time, then of creation; nothing happens unless told to run. */
export class VirtualClock implements Clock {
  #now = 0;
  #order = 0;
  readonly #heap: Event[] = [];

  now(): number {
    return this.#now;
  }

  after(delayMs: number, callback: () => void): Timer {
    const event = new Event(this.#now + Math.max(0, delayMs), this.#order++, callback);
    this.#push(event);
    return event;
  }

  /** Moves time on without running events; for the CPU-time model inside a callback. */
  spend(milliseconds: number): void {
    this.#now += milliseconds;
  }

  /** Runs the next event. False when none is left. */
  step(): boolean {
    let event = this.#pop();
    while (event && !event.callback) event = this.#pop();
    if (!event?.callback) return false;
    this.#now = Math.max(this.#now, event.at);
    event.callback();
    return true;
  }

  /** Runs every event up to and including time `at`, then sets the time to `at`. */
  runUntil(at: number): void {
    for (let next = this.#peek(); next && next.at <= at; next = this.#peek()) this.step();
    this.#now = Math.max(this.#now, at);
  }

  #peek(): Event | undefined {
    while (this.#heap[0] && !this.#heap[0].callback) this.#pop();
    return this.#heap[0];
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let index = heap.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (!above || !isBefore(event, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = event;
  }

  #pop(): Event | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (!top || !last || heap.length === 0) return top;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      const left = heap[child];
      if (!left) break;
      const right = heap[child + 1];
      const least = right && isBefore(right, left) ? (child++, right) : left;
      if (!isBefore(least, last)) break;
      heap[index] = least;
      index = child;
    }
    heap[index] = last;
    return top;
  }
}

/** Wall-clock time, for a board that talks to real peers. */
export class RealClock implements Clock {
  now(): number {
    return performance.now();
  }

  after(delayMs: number, callback: () => void): Timer {
    // setTimeout waits a millisecond at least, which a frame on a wire without delay must not.
    if (delayMs <= 0) {
      const immediate = setImmediate(callback);
      return { cancel: () => clearImmediate(immediate) };
    }
    const timeout = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(timeout) };
  }
}

/**
 * Wall-clock time that also keeps waits of less than a millisecond, which timers of the operating system round up. Such
 * a wait occupies a processor, so it is for few and short ones.
 */
export class FineClock extends RealClock {
  override after(delayMs: number, callback: () => void): Timer {
    if (delayMs <= 0 || delayMs >= 1) return super.after(delayMs, callback);
    const due = this.now() + delayMs;
    const look = (): void => {
      if (this.now() >= due) callback();
      else turn = setImmediate(look);
    };
    let turn = setImmediate(look);
    return { cancel: () => clearImmediate(turn) };
  }
}
