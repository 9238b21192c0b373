import type { Random } from '../../../tools/virtual-board/random.ts';
import type { Exchange } from '../client/exchange.ts';
import type { LocalPorts } from '../client/local-ports.ts';
import { Slot, type Target } from '../client/slot.ts';
import { companion, pickStyle } from '../client/style.ts';
import type { Step } from './ladder.ts';
import { startOf } from './load.ts';
import { pace, type Pacing } from './pacer.ts';

/** How often deadlines are looked at, milliseconds: one timer for all connections instead of one each. */
const SWEEP_MS = 50;
/** Connections that an open-loop step may have under way before it stops opening new ones. */
const MAX_OPEN = 1000;
/** A client that lacks a port or a descriptor here tries again after this: it is not there a microsecond later. */
const WANT_PAUSE_MS = 20;

export interface StepOptions {
  target: Target;
  step: Step;
  /** Longest life of one exchange, milliseconds. */
  deadlineMs: number;
  readsPorts: boolean;
  /** Chooses local ends; without it the system does. */
  ports?: LocalPorts;
  /** This runner's part of a step that several share: number `index` of `count`. */
  part?: { index: number; count: number };
  /** Picks styles from the step's mix. */
  random: Random;
  signal: AbortSignal;
  onExchange: (exchange: Exchange) => void;
}

export interface StepEnd {
  /** Intended connections that were not opened because `MAX_OPEN` were under way or no port was left. */
  skipped: number;
  /** Most connections under way at once: in an open loop, the backlog. */
  mostOpen: number;
  /** Held back because every local port was still in TIME_WAIT. */
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
  readonly #companions = new Map<Slot, Slot>();
  readonly #pauses = new Set<NodeJS.Timeout>();
  readonly #until: number;
  readonly #most: number;
  #started = 0;
  readonly #startedAt = performance.now();
  #active = 0;
  #skipped = 0;
  #mostOpen = 0;
  #capped = false;
  #open = true;
  /** False while an open loop still has connections to open, however late it is. */
  #isScheduleDone = true;
  #pacing: Pacing | undefined;
  #sweep: NodeJS.Timeout | undefined;
  #resolve: (end: StepEnd) => void = () => undefined;
  readonly #stop = (): void => {
    this.#open = false;
    for (const slot of this.#slots) slot.stop();
    this.#close();
  };

  constructor(options: StepOptions) {
    this.#options = options;
    const { step, part = { index: 0, count: 1 } } = options;
    this.#until = this.#startedAt + step.durationMs;
    this.#most = Math.ceil(((step.connections ?? Infinity) - part.index) / part.count);
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
    const { index, count } = this.#options.part ?? { index: 0, count: 1 };
    if (load.kind === 'clients') {
      for (let client = index; client < load.clients; client += count) this.#start(this.#newSlot(), performance.now());
      return;
    }
    this.#isScheduleDone = false;
    const timeOf = (n: number): number => this.#startedAt + startOf(load, n * count + index, durationMs);
    const tick = (intendedAt: number): void => {
      if (this.#active >= MAX_OPEN / count) this.#skipped++;
      else this.#start(this.#idle.pop() ?? this.#newSlot(), intendedAt);
    };
    this.#pacing = pace(timeOf, this.#until, tick, () => {
      this.#isScheduleDone = true;
    });
  }

  #newSlot(): Slot {
    const { target, readsPorts, ports } = this.#options;
    const slot = new Slot(target, (exchange) => this.#onDone(exchange, slot), { readsPorts, ports });
    this.#slots.push(slot);
    return slot;
  }

  /** Opens the second connection of a speculative client beside its first. */
  #accompany(slot: Slot, intendedAt: number): void {
    const { target, readsPorts, ports, deadlineMs, onExchange } = this.#options;
    const second = new Slot(
      target,
      (exchange) => {
        this.#active--;
        this.#slots.splice(this.#slots.indexOf(second), 1);
        onExchange(exchange);
        if (!this.#open) this.#finishIfIdle();
      },
      { readsPorts, ports },
    );
    this.#active++;
    this.#slots.push(second);
    this.#companions.set(slot, second);
    second.start(companion, intendedAt, deadlineMs);
  }

  #start(slot: Slot, intendedAt: number): void {
    const { step, random, deadlineMs, ports } = this.#options;
    if (this.#started >= this.#most) {
      this.#close();
      return;
    }
    if (ports && !ports.hasRested(performance.now())) {
      this.#capped = true;
      if (step.load.kind === 'clients') this.#startAfter(slot, WANT_PAUSE_MS);
      else this.#skip(slot);
      return;
    }
    this.#started++;
    this.#active++;
    if (this.#active > this.#mostOpen) this.#mostOpen = this.#active;
    const style = pickStyle(step.mix, random());
    slot.start(style, intendedAt, deadlineMs);
    if (style.speculative) this.#accompany(slot, intendedAt);
  }

  #skip(slot: Slot): void {
    this.#skipped++;
    this.#idle.push(slot);
  }

  #onDone(exchange: Exchange, slot: Slot): void {
    this.#active--;
    this.#options.onExchange(exchange);
    this.#companions.get(slot)?.finish();
    this.#companions.delete(slot);
    const { load } = this.#options.step;
    if (load.kind !== 'clients') this.#idle.push(slot);
    else if (this.#open) this.#startAfter(slot, exchange.outcome === 'harness' ? WANT_PAUSE_MS : load.pauseMs);
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
