import { createRequire } from 'node:module';
import type { Int32Histogram as Histogram } from 'hdr-histogram-js';
import type { Latency } from './stress-report.ts';

// The package's index also loads its WebAssembly, 15 MB that nobody needs here.
const { default: Int32Histogram } = createRequire(import.meta.url)('hdr-histogram-js/dist/Int32Histogram.js') as {
  default: new (lowest: number, highest: number, digits: number) => Histogram;
};

/** Histograms count microseconds, up to two minutes, to three digits: 27 ns a record, constant memory. */
const MICROSECONDS = 1000;
const HIGHEST = 120e6;
/** Edges per doubling in the report: fine enough for a picture, two hundred numbers at most. */
const EDGES_PER_DOUBLING = 8;

export type LatencyHistogram = Histogram;

export const newHistogram = (): LatencyHistogram => new Int32Histogram(1, HIGHEST, 3);

export function recordMs(histogram: LatencyHistogram, milliseconds: number): void {
  histogram.recordValue(Math.min(HIGHEST, Math.max(0, Math.round(milliseconds * MICROSECONDS))));
}

export function latencyOf(histogram: LatencyHistogram): Latency {
  const at = (percentile: number): number => histogram.getValueAtPercentile(percentile) / MICROSECONDS;
  const empty = histogram.totalCount === 0;
  return {
    count: histogram.totalCount,
    min: empty ? 0 : at(0),
    mean: empty ? 0 : histogram.mean / MICROSECONDS,
    p50: at(50),
    p90: at(90),
    p99: at(99),
    p999: at(99.9),
    max: histogram.maxValue / MICROSECONDS,
    buckets: bucketsOf(histogram),
  };
}

/**
 * What a closed loop with `pauseMs` between connections would have measured had it not waited for slow ones: the
 * coordinated omission corrected after the fact, as far as that is possible.
 */
export function correctedFor(histogram: LatencyHistogram, pauseMs: number): LatencyHistogram {
  const corrected = newHistogram();
  corrected.addWhileCorrectingForCoordinatedOmission(histogram, pauseMs * MICROSECONDS);
  return corrected;
}

function bucketsOf(histogram: LatencyHistogram): [number, number][] {
  const counts = new Map<number, number>();
  const values = histogram.recordedValuesIterator;
  values.reset();
  while (values.hasNext()) {
    const { valueIteratedTo, countAddedInThisIterationStep } = values.next();
    const edge = Math.ceil(Math.log2(Math.max(1, valueIteratedTo)) * EDGES_PER_DOUBLING);
    counts.set(edge, (counts.get(edge) ?? 0) + countAddedInThisIterationStep);
  }
  return [...counts].map(([edge, count]) => [2 ** (edge / EDGES_PER_DOUBLING) / MICROSECONDS, count]);
}
