import type { Exchange } from '../client/exchange.ts';
import type { Random } from '../../../tools/virtual-board/random.ts';
import { pickStyle } from '../client/style.ts';
import { Slot, type Target } from '../client/slot.ts';
import { MAX_OPEN, type Step } from './ladder.ts';
import { pace, type Pacing } from './pacer.ts';

/** How often deadlines are looked at, milliseconds: one timer for all connections instead of one each. */
const SWEEP_MS = 50;

export interface StepOptions {
  target: Target;
  step: Step;
  /** Longest life of one exchange, milliseconds. */
  deadlineMs: number;
  readPorts: boolean;
  /** Picks styles from the step's mix. */
  random: Random;
  signal: AbortSignal;
  onExchange: (exchange: Exchange) => void;
}

/** What an open-loop step could not do. */
export interface StepEnd {
  /** Intended connections that were not opened because `MAX_OPEN` were under way. */
  skipped: number;
}

/** Runs one step until its time is up and its last connection has ended, or `signal` stops it. */
export function runStep(options: StepOptions): Promise<StepEnd> {
  return new Promise((resolve) => {
    const { target, step, deadlineMs, signal } = options;
    const slots: Slot[] = [];
    const idle: Slot[] = [];
    const until = performance.now() + step.durationMs;
    let active = 0;
    let skipped = 0;
    let pacing: Pacing | undefined;
    let open = true;

    const begin = (slot: Slot, intendedAt: number): void => {
      active++;
      slot.start(pickStyle(step.mix, options.random()), intendedAt, deadlineMs);
    };
    const newSlot = (): Slot => {
      const slot = new Slot(target, options.readPorts, onDone);
      slots.push(slot);
      return slot;
    };
    const onDone = (exchange: Exchange, slot: Slot): void => {
      active--;
      options.onExchange(exchange);
      if (step.load.kind === 'interval') idle.push(slot);
      else if (open) begin(slot, performance.now());
      finishIfIdle();
    };
    const finishIfIdle = (): void => {
      if (open || active > 0) return;
      clearInterval(sweep);
      signal.removeEventListener('abort', stop);
      resolve({ skipped });
    };
    const close = (): void => {
      open = false;
      pacing?.stop();
      finishIfIdle();
    };
    const stop = (): void => {
      open = false;
      for (const slot of slots) slot.abandon();
      close();
    };
    const sweep = setInterval(() => {
      const now = performance.now();
      for (const slot of slots) if (now > slot.deadline) slot.abandon();
      if (open && now >= until) close();
    }, SWEEP_MS);
    signal.addEventListener('abort', stop);

    if (step.load.kind === 'interval') {
      pacing = pace(performance.now(), step.load.everyMs, until, (intendedAt) => {
        if (active >= MAX_OPEN) skipped++;
        else begin(idle.pop() ?? newSlot(), intendedAt);
      });
    } else {
      for (let client = 0; client < step.load.clients; client++) begin(newSlot(), performance.now());
    }
    if (signal.aborted) stop();
  });
}
