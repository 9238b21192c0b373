import type { BoardDriver } from '../../board-driver.ts';
import { LEAK_BYTES, leakSlope, type LeakSlope } from './leak.ts';

/** The board at one moment of the run. `t` in milliseconds since the run began. */
export interface BoardSample {
  t: number;
  heap: number | undefined;
  /** Open control blocks without TIME_WAIT. */
  openPcbs: number | undefined;
  timeWait: number | undefined;
  restarts: number | undefined;
  /** The step under way, counted from 0, and the connections that the run had made: absent outside the load. */
  step?: number;
  connections?: number;
}

/** How far the load is. */
export type LoadProgress = () => { step: number; connections: number };

/** What the board did and lost during the run, as far as it tells. */
export interface BoardReport {
  /** False: the board tells nothing of itself, and nothing below was observed. */
  observed: boolean;
  samples: BoardSample[];
  before?: BoardSample;
  after?: BoardSample;
  minHeap?: number;
  /** Bytes of heap that were free before the load and are not after cool-down, beyond `LEAK_BYTES`; else 0. */
  heapLost?: number;
  /** Bytes that the heap grew by once: they were missing after the load, but a second load took no more. */
  grownOnce?: number;
  /** What each connection cost the heap for good, where enough samples tell. */
  leak?: LeakSlope;
  /** Control blocks that are still there after cool-down; TIME_WAIT counts when it has not run out either. */
  pcbsLost?: number;
  restarts?: number;
  /** How long the board was given to recover, milliseconds. */
  coolDownMs?: number;
}

const SAMPLE_MS = 500;
const COOL_DOWN_STEP_MS = 500;
/**
 * Nothing has moved and no control block is left for this many samples: waiting longer would change nothing. Servers
 * tidy up when nobody has come for some seconds, ours after six.
 */
const STILL_STEPS = 16;
/** Samples kept; when full, every second one goes and the spacing doubles, so that a soak needs no more memory. */
const MAX_SAMPLES = 1200;

/** Samples a board beside the load. */
export class BoardWatch {
  readonly #driver: BoardDriver;
  readonly #startedAt: number;
  readonly #progress: LoadProgress;
  readonly #samples: BoardSample[] = [];
  #every = 1;
  #count = 0;
  #timer: NodeJS.Timeout | undefined;
  #before: BoardSample | undefined;
  #minHeap = Infinity;

  /** `startedAt`: `performance.now()` of the run's beginning. */
  constructor(driver: BoardDriver, startedAt: number, progress: LoadProgress) {
    this.#driver = driver;
    this.#startedAt = startedAt;
    this.#progress = progress;
  }

  /** Takes the sample that the end is compared with. */
  async start(): Promise<void> {
    this.#before = await this.#sample(true);
    const again = async (): Promise<void> => {
      await this.#sample(false);
      if (this.#timer) this.#timer = setTimeout(() => void again(), SAMPLE_MS);
    };
    if (this.#before) this.#timer = setTimeout(() => void again(), SAMPLE_MS);
  }

  /** Ends sampling, gives the board up to `coolDownMs` to get back to where it began, and compares. */
  async finish(coolDownMs: number, signal: AbortSignal): Promise<BoardReport> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const before = this.#before;
    if (!before) return { observed: false, samples: [] };
    const began = performance.now();
    const leak = leakSlope(this.#samples);
    let after = await this.#sample(true);
    let still = 0;
    while (
      !isRecovered(before, after) &&
      still < STILL_STEPS &&
      performance.now() - began < coolDownMs &&
      !signal.aborted
    ) {
      await new Promise((resolve) => setTimeout(resolve, COOL_DOWN_STEP_MS));
      const next = await this.#sample(true);
      still = isAtRest(after, next) ? still + 1 : 0;
      after = next ?? after;
    }
    return {
      observed: true,
      samples: this.#samples,
      before,
      ...(after && { after }),
      ...(Number.isFinite(this.#minHeap) && { minHeap: this.#minHeap }),
      ...(leak && { leak }),
      ...known(losses(before, after), signal.aborted),
      coolDownMs: performance.now() - began,
    };
  }

  async #sample(collect: boolean): Promise<BoardSample | undefined> {
    const snapshot = await this.#driver.snapshot({ collect }).catch(() => undefined);
    if (!snapshot) return undefined;
    const { TIME_WAIT: timeWait = 0, ...open } = snapshot.pcbs ?? {};
    const sample: BoardSample = {
      t: performance.now() - this.#startedAt,
      heap: snapshot.heap,
      openPcbs: snapshot.pcbs && Object.values(open).reduce((sum, count) => sum + count, 0),
      timeWait: snapshot.pcbs && timeWait,
      restarts: snapshot.restarts,
      ...(!collect && this.#progress()),
    };
    this.#minHeap = Math.min(this.#minHeap, snapshot.minHeap ?? snapshot.heap ?? Infinity);
    this.#keep(sample);
    return sample;
  }

  #keep(sample: BoardSample): void {
    if (this.#count++ % this.#every === 0) this.#samples.push(sample);
    if (this.#samples.length < MAX_SAMPLES) return;
    const thinned = this.#samples.filter((_, index) => index % 2 === 0);
    this.#samples.splice(0, Infinity, ...thinned);
    this.#every *= 2;
  }
}

const isRecovered = (before: BoardSample, after: BoardSample | undefined): boolean => {
  const { heapLost = 0, pcbsLost = 0 } = losses(before, after);
  return after !== undefined && heapLost === 0 && pcbsLost === 0;
};

/** A board that was not left to cool down still holds what it will give back: then it is not known what is lost. */
const known = ({ heapLost, pcbsLost, ...others }: Partial<BoardReport>, isCutShort: boolean): Partial<BoardReport> => ({
  ...others,
  ...(heapLost !== undefined && !(isCutShort && heapLost > 0) && { heapLost }),
  ...(pcbsLost !== undefined && !(isCutShort && pcbsLost > 0) && { pcbsLost }),
});

const isAtRest = (a: BoardSample | undefined, b: BoardSample | undefined): boolean =>
  a !== undefined && a.heap === b?.heap && a.openPcbs === 0 && a.timeWait === 0;

/** Control blocks of `after` beyond those of `before`, as far as the board tells. */
export const pcbsLostBetween = (before: BoardSample, after: BoardSample): number | undefined =>
  losses(before, after).pcbsLost;

function losses(before: BoardSample, after: BoardSample | undefined): Partial<BoardReport> {
  if (!after) return {};
  const result: Partial<BoardReport> = {};
  if (before.heap !== undefined && after.heap !== undefined) {
    const lost = before.heap - after.heap;
    result.heapLost = lost > LEAK_BYTES ? lost : 0;
  }
  if (before.openPcbs !== undefined && after.openPcbs !== undefined) {
    const pcbsBefore = before.openPcbs + (before.timeWait ?? 0);
    result.pcbsLost = Math.max(0, after.openPcbs + (after.timeWait ?? 0) - pcbsBefore);
  }
  if (before.restarts !== undefined && after.restarts !== undefined) result.restarts = after.restarts - before.restarts;
  return result;
}
