import type { Random } from '../../../tools/virtual-board/random.ts';
import type { Exchange } from '../client/exchange.ts';
import { Slot, type Target } from '../client/slot.ts';
import { pickStyle } from '../client/style.ts';
import type { Step } from './ladder.ts';
import { startOf } from './load.ts';
import { pace, type Pacing } from './pacer.ts';

/** How often deadlines are looked at, milliseconds: one timer for all connections instead of one each. */
const SWEEP_MS = 50;
/** Connections that an open-loop step may have under way before it stops opening new ones. */
const MAX_OPEN = 1000;

export interface StepOptions {
  target: Target;
  step: Step;
  /** Longest life of one exchange, milliseconds. */
  deadlineMs: number;
  readPorts: boolean;
  /** The step ends early after this many connections. */
  maxConnections?: number;
  /** Picks styles from the step's mix. */
  random: Random;
  signal: AbortSignal;
  onExchange: (exchange: Exchange) => void;
}

export interface StepEnd {
  /** Intended connections that were not opened because `MAX_OPEN` were under way. */
  skipped: number;
  /** Most connections under way at once: in an open loop, the backlog. */
  mostOpen: number;
  /** Ended before its time, after as many connections as this machine has ports for. */
  capped: boolean;
}

/** Runs one step until its time is up and its last connection has ended, or `signal` stops it. */
export function runStep(options: StepOptions): Promise<StepEnd> {
  return new StepRun(options).run();
}

class StepRun {
  readonly #options: StepOptions;
  readonly #slots: Slot[] = [];
  readonly #idle: Slot[] = [];
  readonly #pauses = new Set<NodeJS.Timeout>();
  readonly #until: number;
  readonly #startedAt = performance.now();
  #active = 0;
  #skipped = 0;
  #mostOpen = 0;
  #started = 0;
  #capped = false;
  #open = true;
  /** False while an open loop still has connections to open, however late it is. */
  #isScheduleDone = true;
  #pacing: Pacing | undefined;
  #sweep: NodeJS.Timeout | undefined;
  #resolve: (end: StepEnd) => void = () => undefined;
  readonly #stop = (): void => {
    this.#open = false;
    for (const slot of this.#slots) slot.abandon();
    this.#close();
  };

  constructor(options: StepOptions) {
    this.#options = options;
    this.#until = this.#startedAt + options.step.durationMs;
  }

  run(): Promise<StepEnd> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
      const { signal } = this.#options;
      this.#sweep = setInterval(() => this.#onSweep(), SWEEP_MS);
      signal.addEventListener('abort', this.#stop);
      if (signal.aborted) this.#stop();
      else this.#begin();
    });
  }

  #begin(): void {
    const { load, durationMs } = this.#options.step;
    if (load.kind === 'clients') {
      for (let client = 0; client < load.clients; client++) this.#start(this.#newSlot(), performance.now());
      return;
    }
    this.#isScheduleDone = false;
    const timeOf = (n: number): number => this.#startedAt + startOf(load, n, durationMs);
    const tick = (intendedAt: number): void => {
      if (this.#active >= MAX_OPEN) this.#skipped++;
      else this.#start(this.#idle.pop() ?? this.#newSlot(), intendedAt);
    };
    this.#pacing = pace(timeOf, this.#until, tick, () => {
      this.#isScheduleDone = true;
    });
  }

  #newSlot(): Slot {
    const slot = new Slot(this.#options.target, this.#options.readPorts, (exchange) => this.#onDone(exchange, slot));
    this.#slots.push(slot);
    return slot;
  }

  #start(slot: Slot, intendedAt: number): void {
    const { step, random, deadlineMs } = this.#options;
    if (this.#started >= (this.#options.maxConnections ?? Infinity)) {
      this.#capped = true;
      this.#close();
      return;
    }
    this.#started++;
    this.#active++;
    if (this.#active > this.#mostOpen) this.#mostOpen = this.#active;
    slot.start(pickStyle(step.mix, random()), intendedAt, deadlineMs);
  }

  #onDone(exchange: Exchange, slot: Slot): void {
    this.#active--;
    this.#options.onExchange(exchange);
    const { load } = this.#options.step;
    if (load.kind !== 'clients') this.#idle.push(slot);
    else if (this.#open) this.#startAfter(slot, load.pauseMs);
    if (!this.#open) this.#finishIfIdle();
  }

  #startAfter(slot: Slot, pauseMs: number): void {
    if (pauseMs === 0) {
      this.#start(slot, performance.now());
      return;
    }
    const pause = setTimeout(() => {
      this.#pauses.delete(pause);
      this.#start(slot, performance.now());
    }, pauseMs);
    this.#pauses.add(pause);
  }

  #onSweep(): void {
    const now = performance.now();
    for (const slot of this.#slots) if (now > slot.deadline) slot.abandon();
    if (this.#open && now >= this.#until && this.#isScheduleDone) this.#close();
  }

  #close(): void {
    this.#open = false;
    this.#pacing?.stop();
    for (const pause of this.#pauses) clearTimeout(pause);
    this.#finishIfIdle();
  }

  #finishIfIdle(): void {
    if (this.#active > 0) return;
    clearInterval(this.#sweep);
    this.#options.signal.removeEventListener('abort', this.#stop);
    this.#resolve({ skipped: this.#skipped, mostOpen: this.#mostOpen, capped: this.#capped });
  }
}
