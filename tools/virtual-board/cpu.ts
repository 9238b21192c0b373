import type { Clock } from './clock.ts';

/** Lua tasks that may wait per priority (firmware: TASK_DEFAULT_QUEUE_LEN). */
const QUEUE_LENGTH = 8;
/** Tasks that run on end before timers and frames get their turn. */
const TASKS_IN_A_ROW = 16;

export type Priority = 0 | 1 | 2;

/**
 * The one thread of the chip: callbacks of timers, frames and serial lines enter through `run`; posted tasks follow as
 * soon as it is free, highest priority first.
 */
export class Cpu {
  readonly #clock: Clock;
  readonly #onCrash: (thrown: unknown) => void;
  readonly #queues: (() => void)[][] = [[], [], []];
  #busy = false;
  #stopped = false;
  #drainDue = false;

  /** `onCrash` gets what a callback throws; the CPU does nothing more after it. */
  constructor(clock: Clock, onCrash: (thrown: unknown) => void) {
    this.#clock = clock;
    this.#onCrash = onCrash;
  }

  /** Runs `work`, then tasks. Nested calls run at once. */
  run(work: () => void): void {
    if (this.#stopped) return;
    if (this.#busy) {
      work();
      return;
    }
    this.#guarded(() => {
      work();
      this.#drain();
    });
  }

  /** Queues a task; false when the queue of that priority is full. */
  post(priority: Priority, task: () => void): boolean {
    const queue = this.#queues[priority];
    if (!queue || queue.length >= QUEUE_LENGTH) return false;
    queue.push(task);
    if (!this.#busy) this.#drainLater();
    return true;
  }

  /** Nothing runs any more: the chip is being reset. */
  stop(): void {
    this.#stopped = true;
  }

  #guarded(work: () => void): void {
    this.#busy = true;
    try {
      work();
    } catch (thrown) {
      this.#stopped = true;
      this.#onCrash(thrown);
    } finally {
      this.#busy = false;
    }
  }

  #drain(): void {
    for (let count = 0; !this.#stopped; count++) {
      const task = this.#next();
      if (!task) return;
      if (count === TASKS_IN_A_ROW) {
        this.#queues[task.priority]?.unshift(task.run);
        this.#drainLater();
        return;
      }
      task.run();
    }
  }

  #next(): { priority: Priority; run: () => void } | undefined {
    for (const priority of [2, 1, 0] as const) {
      const run = this.#queues[priority]?.shift();
      if (run) return { priority, run };
    }
    return undefined;
  }

  #drainLater(): void {
    if (this.#drainDue) return;
    this.#drainDue = true;
    this.#clock.after(0, () => {
      this.#drainDue = false;
      if (!this.#stopped && !this.#busy) this.#guarded(() => this.#drain());
    });
  }
}
