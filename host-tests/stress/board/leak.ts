import type { BoardSample } from './board-watch.ts';

/** What each connection costs the heap for good, with its confidence. */
export interface LeakSlope {
  /** Bytes of free heap lost per connection; negative when the heap grew. */
  bytesPerConnection: number;
  /** Ends of the 95 % confidence interval. */
  low: number;
  high: number;
  /** Samples that it rests on, and the connections that were made while they were taken. */
  samples: number;
  connections: number;
  /**
   * Certain, and more than the allocator's unrest: both ends are above 0, by the lower one the connections took at least
   * `LEAK_BYTES`, and it went on, so that the second half alone says the same.
   */
  isLeak: boolean;
}

/** Bytes below which a fall of the heap is called none: as between two rests of a board that leaks nothing. */
export const LEAK_BYTES = 512;

/** TIME_WAIT of NodeMCU 3.0 (12.5 s) fills up at the beginning of a step, and heap with it: no leak. */
const SETTLE_MS = 13_000;
const FEWEST_SAMPLES = 10;
const FEWEST_OF_HALF = 5;
/** Of the spread of connections: less that TIME_WAIT does not explain, and the two cannot be told apart. */
const OWN_SHARE = 0.001;

interface Point {
  connections: number;
  heap: number;
  timeWait: number;
}

/**
 * The slope of free heap over connections within the steps of a run, by least squares with a level of its own for each
 * step and after each restart, and with what TIME_WAIT holds taken out of it. The first 13 s of a step, or its first
 * half, are left out. Neighbouring samples share garbage: the interval is widened by their first-order autocorrelation.
 * Undefined when there is too little to say anything.
 */
export function leakSlope(samples: readonly BoardSample[]): LeakSlope | undefined {
  const steps = stepsOf(samples);
  const slope = slopeOf(steps, FEWEST_SAMPLES);
  if (!slope) return undefined;
  const connections = steps.reduce((total, step) => total + connectionsOf(step), 0);
  const isLarge = slope.low > 0 && slope.low * connections >= LEAK_BYTES;
  return { ...slope, connections, isLeak: isLarge && (slopeOf(secondHalf(steps), FEWEST_OF_HALF)?.low ?? 0) > 0 };
}

const connectionsOf = (step: readonly BoardSample[]): number =>
  (step.at(-1)?.connections ?? 0) - (step[0]?.connections ?? 0);

/** The later half of all samples, by their steps: tables and caches have grown by then, a leak has not ended. */
function secondHalf(steps: readonly BoardSample[][]): BoardSample[][] {
  const all = steps.flat();
  const from = all[Math.floor(all.length / 2)]?.t ?? 0;
  return steps.map((step) => step.filter(({ t }) => t >= from)).filter((step) => step.length > 0);
}

function slopeOf(
  steps: readonly BoardSample[][],
  fewest: number,
): Pick<LeakSlope, 'bytesPerConnection' | 'low' | 'high' | 'samples'> | undefined {
  const all = steps.flatMap(centred);
  const points = withoutTimeWait(all);
  const spread = sum(points, ({ connections }) => connections ** 2);
  if (points.length < fewest || spread <= OWN_SHARE * sum(all, ({ connections }) => connections ** 2)) return undefined;
  const slope = sum(points, ({ connections, heap }) => connections * heap) / spread;
  const residuals = points.map(({ connections, heap }) => heap - slope * connections);
  const variance = residuals.reduce((total, one) => total + one ** 2, 0) / (points.length - 3);
  const likeness = Math.min(0.95, Math.max(0, autocorrelation(residuals)));
  const inflation = (1 + likeness) / (1 - likeness);
  const error = 1.96 * Math.sqrt((variance / spread) * inflation) * smallSample(points.length / inflation);
  return { bytesPerConnection: -slope, low: -slope - error, high: -slope + error, samples: points.length };
}

/** Settled samples of each step. */
function stepsOf(samples: readonly BoardSample[]): BoardSample[][] {
  const nameOf = ({ step, restarts = 0 }: BoardSample): string => `${step}, ${restarts}`;
  const loaded = samples.filter(({ step, heap }) => step !== undefined && heap !== undefined);
  return [...new Set(loaded.map(nameOf))].map((name) => {
    const own = loaded.filter((sample) => nameOf(sample) === name);
    const from = own[0]?.t ?? 0;
    const settled = from + Math.min(SETTLE_MS, ((own.at(-1)?.t ?? 0) - from) / 2);
    return own.filter(({ t }) => t >= settled);
  });
}

/** Points of one step around their mean. */
function centred(samples: readonly BoardSample[]): Point[] {
  const points = samples.map(({ connections = 0, heap = 0, timeWait = 0 }) => ({ connections, heap, timeWait }));
  const meanOf = (value: (point: Point) => number): number => sum(points, value) / points.length;
  const connections = meanOf((point) => point.connections);
  const heap = meanOf((point) => point.heap);
  const timeWait = meanOf((point) => point.timeWait);
  return points.map((point) => ({
    connections: point.connections - connections,
    heap: point.heap - heap,
    timeWait: point.timeWait - timeWait,
  }));
}

/**
 * What the number of blocks in TIME_WAIT does not explain, of heap and of connections (Frisch and Waugh): where it still
 * grows with every connection, nothing can be said of a leak.
 */
function withoutTimeWait(points: readonly Point[]): Point[] {
  const spread = sum(points, ({ timeWait }) => timeWait ** 2);
  if (spread === 0) return [...points];
  const heap = sum(points, (point) => point.heap * point.timeWait) / spread;
  const connections = sum(points, (point) => point.connections * point.timeWait) / spread;
  return points.map((point) => ({
    connections: point.connections - connections * point.timeWait,
    heap: point.heap - heap * point.timeWait,
    timeWait: 0,
  }));
}

const sum = (points: readonly Point[], value: (point: Point) => number): number =>
  points.reduce((total, point) => total + value(point), 0);

function autocorrelation(residuals: readonly number[]): number {
  const all = residuals.reduce((total, one) => total + one ** 2, 0);
  const pairs = residuals.slice(1).reduce((total, one, index) => total + one * (residuals[index] ?? 0), 0);
  return all === 0 ? 0 : pairs / all;
}

/** Student's t against 1.96 for so many independent samples, good to 2 % from 5 on. */
const smallSample = (count: number): number => 1 + 1.6 / Math.max(1, count - 2);
