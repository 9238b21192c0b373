import pc from 'picocolors';
import { verdictInfo, verdictNames } from '../verdict/verdict.ts';
import { formatBytes, formatCount, formatMs } from './format.ts';
import type { StepReport, StressReport } from './stress-report.ts';

type Trend = 'better' | 'worse' | 'same' | 'neutral';

/** One figure before and after. */
export interface ComparedFigure {
  name: string;
  before: string;
  after: string;
  trend: Trend;
}

/** Latency and rate move by this much between equal runs on a busy machine; less is no change. */
const NOISE = 0.1;
/** Standard deviations that chance exceeds once in twenty times. */
const CHANCE = 1.96;

/** Sets two results side by side: how connections ended, what the board kept, how fast each common step was. */
export function compareReports(before: StressReport, after: StressReport): ComparedFigure[] {
  return [...compareEndings(before, after), ...compareBoards(before, after), ...compareSteps(before, after)];
}

/** What a person must know before believing the figures, a sentence each. */
export function comparisonNotes(before: StressReport, after: StressReport): string[] {
  const doubts = [
    ...doubtsOf('before', before),
    ...doubtsOf('after', after),
    ...(where(before) === where(after) ? [] : [`they asked for different things: ${where(before)}, ${where(after)}`]),
  ];
  const isShared = before.steps.some((was) => counterpart(was, after));
  return isShared ? doubts : [...doubts, 'they have no step in common, so that nothing is said of latency'];
}

function doubtsOf(name: string, { partial, invalid }: StressReport): string[] {
  return [
    ...(partial ? [`${name} was interrupted: it knows part of its connections, and not what the board kept`] : []),
    ...invalid.map((reason) => `${name} proves nothing: ${reason}`),
  ];
}

/** The port of a gateway on the loopback is another one each time. */
const where = ({ target: { method, host, port, path } }: StressReport): string =>
  `${method} ${host}${host.startsWith('127.') ? '' : `:${port}`}${path}`;

const counterpart = (was: StepReport, { steps }: StressReport): StepReport | undefined =>
  steps.find(({ name, style }) => name === was.name && style === was.style);

/** Some of the connections of a run. */
interface Share {
  part: number;
  whole: number;
}

const valueOf = ({ part, whole }: Share): number => (whole === 0 ? 0 : part / whole);
const percent = (value: number): string => `${(100 * value).toFixed(value === 0 || value === 1 ? 0 : 1)} %`;

/** `lower`: less is better. */
function trendOf(before: number, after: number, lower: boolean, noise = 0): Trend {
  const scale = Math.max(Math.abs(before), Math.abs(after));
  if (Math.abs(after - before) <= noise * scale) return 'same';
  return after < before === lower ? 'better' : 'worse';
}

/** A difference that chance explains is none (two-proportion z-test), unless something is new or gone altogether. */
function shareTrend(before: Share, after: Share, lower: boolean): Trend {
  const [was, is] = [valueOf(before), valueOf(after)];
  const common = valueOf({ part: before.part + after.part, whole: before.whole + after.whole });
  const deviation = Math.sqrt(common * (1 - common) * (1 / before.whole + 1 / after.whole));
  const isByChance = Math.abs(is - was) <= CHANCE * deviation;
  const isNewOrGone = [was, is].some((value) => value === 0 || value === 1);
  return isByChance && !isNewOrGone ? 'same' : trendOf(was, is, lower);
}

function compareEndings(before: StressReport, after: StressReport): ComparedFigure[] {
  const shares = (count: (totals: StressReport['totals']) => number | undefined): [Share, Share] => {
    const of = ({ totals }: StressReport): Share => ({ part: count(totals) ?? 0, whole: totals.connections });
    return [of(before), of(after)];
  };
  const figure = (name: string, [was, is]: [Share, Share], trend: Trend): ComparedFigure => ({
    ...{ name, before: percent(valueOf(was)), after: percent(valueOf(is)), trend },
  });
  const answered = shares(({ outcomes }) => outcomes.answered);
  const endings = verdictNames
    .map((name) => ({ name, pair: shares(({ verdicts }) => verdicts[name]) }))
    .filter(({ pair }) => pair.some(({ part }) => part > 0));
  return [
    {
      name: 'connections',
      before: formatCount(before.totals.connections),
      after: formatCount(after.totals.connections),
      trend: 'neutral',
    },
    figure('answered', answered, shareTrend(...answered, false)),
    ...endings.map(({ name, pair }) =>
      figure(name, pair, verdictInfo[name].severity === 'good' ? 'neutral' : shareTrend(...pair, true)),
    ),
  ];
}

function compareBoards({ board: before }: StressReport, { board: after }: StressReport): ComparedFigure[] {
  const rows: [string, number | undefined, number | undefined, (value: number) => string, boolean][] = [
    ['lowest heap', before.minHeap, after.minHeap, formatBytes, false],
    ['heap lost', before.heapLost, after.heapLost, formatBytes, true],
    ['pcbs lost', before.pcbsLost, after.pcbsLost, String, true],
    ['restarts', before.restarts, after.restarts, String, true],
  ];
  return rows.flatMap(([name, was, is, format, lower]) =>
    was === undefined || is === undefined
      ? []
      : [{ name, before: format(was), after: format(is), trend: trendOf(was, is, lower) }],
  );
}

function compareSteps(before: StressReport, after: StressReport): ComparedFigure[] {
  return before.steps.flatMap((was) => {
    const is = counterpart(was, after);
    if (!is) return [];
    const latency = (key: 'p50' | 'p99'): ComparedFigure => ({
      name: `${was.name}: ${key}`,
      before: formatMs(was.response[key]),
      after: formatMs(is.response[key]),
      trend: trendOf(was.response[key], is.response[key], true, NOISE),
    });
    const rate: ComparedFigure = {
      name: `${was.name}: per second`,
      before: was.perSecond.toFixed(1),
      after: is.perSecond.toFixed(1),
      trend: was.offeredPerSecond === undefined ? trendOf(was.perSecond, is.perSecond, false, NOISE) : 'neutral',
    };
    return [rate, latency('p50'), latency('p99')];
  });
}

const marks: Readonly<Record<Trend, string>> = {
  better: pc.green('better'),
  worse: pc.red('worse'),
  same: '',
  neutral: '',
};

export function comparisonText(figures: readonly ComparedFigure[]): string {
  const width = (key: 'name' | 'before' | 'after'): number =>
    Math.max(6, ...figures.map((figure) => figure[key].length));
  const [name, before, after] = [width('name'), width('before'), width('after')];
  const head = pc.dim(`${''.padEnd(name)}  ${'before'.padStart(before)}  ${'after'.padStart(after)}`);
  const lines = figures.map((figure) =>
    `${figure.name.padEnd(name)}  ${figure.before.padStart(before)}  ${figure.after.padStart(after)}  ${marks[figure.trend]}`.trimEnd(),
  );
  return [head, ...lines].join('\n');
}
