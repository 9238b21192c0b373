import { ExitCode, UserError } from '../../tools/cli/exit.ts';
import type { StressReport, ThresholdResult } from './report/stress-report.ts';
import { outcomes } from './client/exchange.ts';
import { verdictNames } from './verdict/verdict.ts';

export interface Threshold {
  text: string;
  metric: string;
  operator: string;
  value: number;
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
  leak: ({ board }) => board.leak && Math.max(0, board.leak.low),
  'pcbs-lost': ({ board }) => board.pcbsLost,
  'min-heap': ({ board }) => board.minHeap,
  restarts: ({ board }) => board.restarts,
  drops: ({ evidence }) => evidence.drops,
};

/** Reads a threshold such as `duel==0`, `p99<250ms` or `min-heap>=8000`. */
export function parseThreshold(text: string): Threshold {
  const match = /^\s*([a-z][a-z0-9.-]*)\s*(==|!=|<=|>=|<|>)\s*([\d.]+)\s*(us|ms|s|%)?\s*$/.exec(text);
  const [, metric = '', operator = '', number = '', unit] = match ?? [];
  const known =
    metric in measures || isPercentile(metric) || [...verdictNames, ...outcomes].some((name) => name === metric);
  if (!match || !known || !Number.isFinite(Number(number)))
    throw new UserError(
      `Not a threshold: ${JSON.stringify(text)}.`,
      `Write metric, comparison, number: 'duel==0', 'p99<250ms'. Metrics: ${[...Object.keys(measures), ...Object.keys(percentiles)].join(', ')}, every verdict and every outcome.`,
      ExitCode.usage,
    );
  const scale = unit === 'us' ? 0.001 : unit === 's' ? 1000 : 1;
  return { text: text.trim(), metric, operator, value: Number(number) * scale };
}

/** Holds a report against thresholds. Percentiles are those of the response time, and each step must keep them. */
export function checkThresholds(report: Measured, thresholds: readonly Threshold[]): ThresholdResult[] {
  return thresholds.map((threshold) => {
    const { actual, note } = measure(report, threshold.metric);
    const passed = actual === undefined || compare(actual, threshold.operator, threshold.value);
    return { text: threshold.text, actual, passed, ...(note && { note }) };
  });
}

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
    const note =
      report.partial && report.board.observed ? 'not known, the run was interrupted' : 'the board does not tell';
    return actual === undefined ? { actual, note } : { actual };
  }
  const verdicts: Partial<Record<string, number>> = report.totals.verdicts;
  const outcomeCounts: Partial<Record<string, number>> = report.totals.outcomes;
  return { actual: verdicts[metric] ?? outcomeCounts[metric] ?? 0 };
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
