import pc from 'picocolors';
import { verdictInfo, verdictNames, type Severity, type VerdictName } from '../verdict/verdict.ts';
import { formatBytes, formatCount, formatLeak, formatMs, formatPercent, thresholdState } from './format.ts';
import { scheduleLine } from './schedule-line.ts';
import type { Counts, StepReport, StressReport } from './stress-report.ts';

const paint: Readonly<Record<Severity, (text: string) => string>> = { good: pc.green, warn: pc.yellow, bad: pc.red };

/** The summary for a person: thresholds and verdicts first, then how fast, then who says so. */
export function terminalReport(report: StressReport): string {
  return [
    headline(report),
    ...report.invalid.map((reason) => `  ${pc.yellow(`not valid: ${reason}`)}`),
    section('thresholds', thresholds(report)),
    section('verdicts', verdicts(report)),
    section('latency of the response', ladder(report.steps)),
    section('', [
      field('outcomes', countsLine(report.totals.outcomes)),
      field('endings', countsLine(report.totals.endings)),
      ...board(report),
      field(
        'harness',
        `${report.harness.bottleneck ? pc.yellow('was the bottleneck: ') : 'not the bottleneck: '}${report.harness.why}`,
      ),
      ...evidence(report),
    ]),
  ].join('\n');
}

function headline(report: StressReport): string {
  const { target, totals } = report;
  const invalid = report.invalid.length > 0;
  const verdict = invalid
    ? pc.bgYellow(' INVALID ')
    : report.passed
      ? pc.bgGreen(pc.black(' PASS '))
      : pc.bgRed(' FAIL ');
  const partial = report.partial ? ` ${pc.bgYellow(pc.black(' PARTIAL '))}` : '';
  const what = `${target.method} http://${target.host}:${target.port}${target.path}`;
  return `\n${verdict}${partial}  ${what}  ${formatCount(totals.connections)} connections in ${formatMs(report.durationMs)}`;
}

function section(title: string, lines: string[]): string {
  return [title && `\n${pc.bold(title)}`, ...lines.map((line) => `  ${line}`)].join('\n');
}

const field = (name: string, text: string): string => `${pc.bold(name.padEnd(9))} ${text}`;

function thresholds(report: StressReport): string[] {
  const width = Math.max(...report.thresholds.map(({ text }) => text.length));
  return report.thresholds.map((threshold) => {
    const { text, actual, passed, note } = threshold;
    const mark = { unknown: pc.dim('?'), good: pc.green('✓'), bad: pc.red('✗') }[thresholdState(threshold)];
    const value = actual === undefined ? '' : String(Math.round(actual * 1000) / 1000);
    return `${mark} ${text.padEnd(width)}  ${passed ? value : pc.red(value)}${note ? pc.dim(`${value && ' '}${note}`) : ''}`;
  });
}

function verdicts(report: StressReport): string[] {
  const counts = report.totals.verdicts;
  const total = Object.values(counts).reduce((sum, value) => sum + value, 0);
  const present = verdictNames.filter((name) => counts[name]);
  if (present.length === 0) return [pc.dim('none: no connection was made')];
  return present.map((name) => {
    const { severity, meaning } = verdictInfo[name];
    const number = counts[name] ?? 0;
    const share = formatPercent(number, total).padStart(7);
    return `${paint[severity]('●')} ${name.padEnd(18)} ${formatCount(number).padStart(9)} ${share}  ${pc.dim(meaning)}`;
  });
}

const columns = ['step', 'style', 'conns', 'conn/s', 'connect', 'p50', 'p90', 'p99', 'max', 'unclean'];

function ladder(steps: readonly StepReport[]): string[] {
  const rows = steps.map((step) => [
    step.name,
    step.style,
    formatCount(step.connections),
    step.perSecond.toFixed(step.perSecond < 100 ? 1 : 0),
    formatMs(step.connect.p50),
    formatMs(step.response.p50),
    formatMs(step.response.p90),
    formatMs(step.response.p99),
    formatMs(step.response.max),
    unclean(step.verdicts),
  ]);
  const widths = columns.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: string[]): string =>
    cells
      .map((cell, column) =>
        column < 2 || column === 9 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ');
  return [
    pc.dim(line(columns)),
    ...steps.flatMap((step, index) => {
      const schedule = scheduleLine(step);
      const row = line(rows[index] ?? []).trimEnd();
      return schedule === '' ? [row] : [row, pc.dim(`  ${schedule}`)];
    }),
  ];
}

function unclean(counts: Counts<VerdictName>): string {
  const names = verdictNames.filter((name) => verdictInfo[name].severity !== 'good' && counts[name]);
  return names.map((name) => `${name} ${formatCount(counts[name] ?? 0)}`).join(', ') || '-';
}

const countsLine = (counts: Counts<string>): string =>
  Object.entries(counts)
    .sort(([, a], [, b]) => (b ?? 0) - (a ?? 0))
    .map(([name, value]) => `${name} ${formatCount(value ?? 0)}`)
    .join(', ');

function board({ board }: StressReport): string[] {
  if (!board.observed)
    return [field('board', pc.dim('tells nothing of itself: heap and control blocks were not observed'))];
  const parts = [
    board.before?.heap !== undefined &&
      board.after?.heap !== undefined &&
      `heap ${formatBytes(board.before.heap)} → ${formatBytes(board.after.heap)}, lowest ${formatBytes(board.minHeap ?? 0)} with garbage`,
    board.grownOnce !== undefined && `${formatBytes(board.grownOnce)} of it grown once, not leaking`,
    board.leak && formatLeak(board.leak),
    board.after?.openPcbs !== undefined && `open pcbs ${board.after.openPcbs}, TIME_WAIT ${board.after.timeWait ?? 0}`,
    board.restarts !== undefined && `restarts ${board.restarts}`,
    board.coolDownMs !== undefined && `after ${formatMs(board.coolDownMs)} of cool-down`,
  ].filter((part) => typeof part === 'string');
  return [field('board', parts.join('; '))];
}

function evidence({ evidence }: StressReport): string[] {
  const seen = evidence.kind === 'capture' ? `, ${formatCount(evidence.frames)} frames, ${evidence.drops} lost` : '';
  const unseen =
    evidence.unseen > 0 ? `; ${evidence.unseen} connections without any frame, judged by their sockets` : '';
  const lines = [field('evidence', `${evidence.source}${seen}${unseen}`)];
  if (evidence.files.length > 0)
    lines.push(field('', `captures kept: ${evidence.files.map(({ path }) => path).join(', ')}`));
  return [...lines, ...evidence.cannotSee.map((what) => field('', pc.dim(`cannot see: ${what}`)))];
}
