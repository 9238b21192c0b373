import { ExitCode, UserError } from '../../tools/cli/exit.ts';
import type { StressReport, ThresholdResult } from './report/stress-report.ts';
import { outcomes } from './client/exchange.ts';
import { verdictNames } from './verdict/verdict.ts';

export interface Threshold {
  text: string;
  metric: string;
  operator: string;
  /** Milliseconds, bytes, a number, or per cent of all connections. */
  value: number;
  isShare: boolean;
}

type Measured = Omit<StressReport, 'thresholds' | 'passed'>;

/** What exit code 0 promises: every request was answered, and the board lost nothing. */
export const DEFAULT_THRESHOLDS = ['unanswered==0', 'heap-lost==0', 'pcbs-lost==0', 'restarts==0', 'drops==0'];

const percentiles = { p50: 'p50', p90: 'p90', p99: 'p99', 'p99.9': 'p999', max: 'max', mean: 'mean' } as const;

const isPercentile = (metric: string): metric is keyof typeof percentiles => metric in percentiles;

const measures: Readonly<Record<string, (report: Measured) => number | undefined>> = {
  connections: ({ totals }) => totals.connections,
  unanswered: ({ totals }) =>
    totals.connections -
    (totals.outcomes.answered ?? 0) -
    (totals.outcomes.busy ?? 0) -
    (totals.outcomes.idle ?? 0) -
    (totals.outcomes.harness ?? 0) -
    (totals.outcomes.interrupted ?? 0),
  'heap-lost': ({ board }) => board.heapLost,
  /** Only what is certain with 95 % confidence counts. */
  leak: ({ board }) => board.leak && (board.leak.isLeak ? board.leak.low : 0),
  'pcbs-lost': ({ board }) => board.pcbsLost,
  'min-heap': ({ board }) => board.minHeap,
  restarts: ({ board }) => board.restarts,
  drops: ({ evidence }) => evidence.drops,
};

/** Counts of connections: they may be asked for as a share. */
const isCount = (metric: string): boolean =>
  metric === 'unanswered' || [...verdictNames, ...outcomes].some((name) => name === metric);

const scales: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000 };

/** Reads a threshold such as `duel==0`, `withheld-fin-ack<5%`, `p99<250ms` or `min-heap>=8000`. */
export function parseThreshold(text: string): Threshold {
  const match = /^\s*([a-z][a-z0-9.-]*)\s*(==|!=|<=|>=|<|>)\s*([\d.]+)\s*(us|ms|s|%)?\s*$/.exec(text);
  const [, metric = '', operator = '', number = '', unit] = match ?? [];
  const isKnown = metric in measures || isPercentile(metric) || isCount(metric);
  const fits = unit === undefined || (unit === '%' ? isCount(metric) : isPercentile(metric));
  if (!match || !isKnown || !fits || !Number.isFinite(Number(number)))
    throw new UserError(
      `Not a threshold: ${JSON.stringify(text)}.`,
      `Write metric, comparison, number: 'duel==0', 'refused<1%' of all connections, 'p99<250ms'. Metrics: ${[...Object.keys(measures), ...Object.keys(percentiles)].join(', ')}, every verdict and every outcome.`,
      ExitCode.usage,
    );
  const value = Number(number) * (scales[unit ?? ''] ?? 1);
  return { text: text.trim(), metric, operator, value, isShare: unit === '%' };
}

/** Holds a report against thresholds. Percentiles are those of the response time, and each step must keep them. */
export function checkThresholds(report: Measured, thresholds: readonly Threshold[]): ThresholdResult[] {
  return thresholds.map((threshold) => {
    const { metric, operator, value, isShare } = threshold;
    const { actual: measured, note } = measure(report, metric);
    const actual = isShare && measured !== undefined ? shareOf(measured, report.totals.connections) : measured;
    // A board that does not tell is not failed for it; one that never answered was not quick.
    const passed = actual === undefined ? !isPercentile(metric) : compare(actual, operator, value);
    return { text: threshold.text, actual, passed, ...(note && { note }) };
  });
}

const shareOf = (count: number, connections: number): number => (connections === 0 ? 0 : (100 * count) / connections);

function measure(report: Measured, metric: string): { actual: number | undefined; note?: string } {
  if (isPercentile(metric)) {
    const worst = report.steps.filter((step) => step.response.count > 0);
    const values = worst.map((step) => step.response[percentiles[metric]]);
    if (values.length === 0) return { actual: undefined, note: 'no response at all' };
    const actual = Math.max(...values);
    const step = worst[values.indexOf(actual)];
    return { actual, ...(step && { note: `in step ${step.name}` }) };
  }
  const own = measures[metric];
  if (own) {
    const actual = own(report);
    return actual === undefined ? { actual, note: whyUnknown(report, metric) } : { actual };
  }
  const verdicts: Partial<Record<string, number>> = report.totals.verdicts;
  const outcomeCounts: Partial<Record<string, number>> = report.totals.outcomes;
  return { actual: Math.max(verdicts[metric] ?? 0, outcomeCounts[metric] ?? 0) };
}

function whyUnknown({ partial, board }: Measured, metric: string): string {
  if (board.observed && partial) return 'not known, the run was interrupted';
  return board.observed && metric === 'leak' ? 'too few samples to tell' : 'the board does not tell';
}

function compare(actual: number, operator: string, value: number): boolean {
  switch (operator) {
    case '==':
      return actual === value;
    case '!=':
      return actual !== value;
    case '<':
      return actual < value;
    case '<=':
      return actual <= value;
    case '>':
      return actual > value;
    default:
      return actual >= value;
  }
}
