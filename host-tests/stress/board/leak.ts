import type { BoardSample } from './board-watch.ts';

/** What each connection costs the heap for good, with its confidence. */
export interface LeakSlope {
  /** Bytes of free heap lost per connection; negative when the heap grew. */
  bytesPerConnection: number;
  /** Ends of the 95 % confidence interval. Above 0 at both ends: a leak. */
  low: number;
  high: number;
  /** Samples that it rests on. */
  samples: number;
}

/** TIME_WAIT of NodeMCU 3.0 (12.5 s) fills up at the beginning of a step, and heap with it: no leak. */
const SETTLE_MS = 13_000;
const FEWEST_SAMPLES = 10;

interface Point {
  connections: number;
  heap: number;
}

/**
 * The slope of free heap over connections within the steps of a run, by least squares with a level of its own for each
 * step. The first 13 s of a step, or its first half, are left out. Neighbouring samples share garbage: the interval is
 * widened by their first-order autocorrelation. Undefined when there is too little to say anything.
 */
export function leakSlope(samples: readonly BoardSample[]): LeakSlope | undefined {
  const points = stepsOf(samples).flatMap(centred);
  const spread = sum(points, ({ connections }) => connections ** 2);
  if (points.length < FEWEST_SAMPLES || spread === 0) return undefined;
  const slope = sum(points, ({ connections, heap }) => connections * heap) / spread;
  const residuals = points.map(({ connections, heap }) => heap - slope * connections);
  const variance = residuals.reduce((total, one) => total + one ** 2, 0) / (points.length - 2);
  const likeness = Math.min(0.95, Math.max(0, autocorrelation(residuals)));
  const inflation = (1 + likeness) / (1 - likeness);
  const error = 1.96 * Math.sqrt((variance / spread) * inflation) * smallSample(points.length / inflation);
  return { bytesPerConnection: -slope, low: -slope - error, high: -slope + error, samples: points.length };
}

/** Settled samples of each step. */
function stepsOf(samples: readonly BoardSample[]): BoardSample[][] {
  const names = new Set(samples.map(({ step }) => step));
  return [...names]
    .filter((step) => step !== undefined)
    .map((step) => {
      const own = samples.filter((sample) => sample.step === step && sample.heap !== undefined);
      const from = own[0]?.t ?? 0;
      const settled = from + Math.min(SETTLE_MS, ((own.at(-1)?.t ?? 0) - from) / 2);
      return own.filter(({ t }) => t >= settled);
    });
}

/** Points of one step around their mean. */
function centred(samples: readonly BoardSample[]): Point[] {
  const points = samples.map(({ connections = 0, heap = 0 }) => ({ connections, heap }));
  const connections = sum(points, (point) => point.connections) / points.length;
  const heap = sum(points, (point) => point.heap) / points.length;
  return points.map((point) => ({ connections: point.connections - connections, heap: point.heap - heap }));
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
