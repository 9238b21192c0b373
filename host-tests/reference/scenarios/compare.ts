import type { Observation } from './observe.ts';
import type { Compare, CurvePoint, LineRecord, Scenario, SegmentRecord, StateRecord, Timed } from './scenario.ts';

/** Share by which node.heap() may differ from the recording. */
const HEAP_RATIO = 0.1;
/** TIME_WAIT counts may differ by this many, or by the scenario's time ratio. */
const COUNT_TOLERANCE = 4;

/** Differences between a recording and what a virtual board did, one line each; none = right. */
export function compareScenario(scenario: Scenario, actual: Observation): string[] {
  const { compare, observed } = scenario;
  const behaviour =
    compare.segments === 'curve'
      ? compareCurve(scenario, actual)
      : shortest(
          [observed, ...(observed.alternatives ?? [])].map((variant) => [
            ...(compare.segments === 'bytes'
              ? compareBytes(variant.segments ?? [], actual)
              : compareSegments(compare, variant.segments ?? [], actual.segments)),
            ...compareLines('event', compare, variant.events ?? observed.events ?? [], actual.events),
            ...compareStates(compare, variant.states ?? observed.states ?? [], actual.states),
          ]),
        );
  const checks = (observed.checks ?? []).flatMap((check, index) => {
    const found = actual.checks[index];
    return [
      ...compareHeap(`check "${check.label}"`, check.heap, found?.heap ?? 0),
      ...compareValue(`check "${check.label}" pcbs`, sorted(check.pcbs), sorted(found?.pcbs ?? {})),
    ];
  });
  const console = observed.console ? compareLines('console', compare, observed.console, actual.console) : [];
  return [...behaviour, ...console, ...checks, ...compareEnd(scenario, actual)];
}

const shortest = (lists: string[][]): string[] =>
  lists.reduce((best, list) => (list.length < best.length ? list : best), lists[0] ?? []);

const sorted = (counts: Record<string, number> | null): string => {
  if (!counts) return 'none';
  const entries = Object.entries(counts).filter(([state]) => state !== 'LISTEN');
  return JSON.stringify(entries.sort(([a], [b]) => a.localeCompare(b)));
};

const compareValue = (what: string, expected: unknown, found: unknown): string[] =>
  expected === found ? [] : [`${what}: expected ${String(expected)}, found ${String(found)}`];

const compareHeap = (what: string, expected: number, found: number): string[] =>
  Math.abs(found - expected) <= HEAP_RATIO * expected ? [] : [`${what} heap: expected ${expected}, found ${found}`];

function isOnTime(compare: Compare, expected: Timed, t: number): boolean {
  const tolerance = compare.timeToleranceMs + expected.t * (compare.timeToleranceRatio ?? 0);
  return t >= (expected.tMin ?? expected.t) - tolerance && t <= (expected.tMax ?? expected.t) + tolerance;
}

/** Same number, same text, each on time. `describe` says what of an entry has to be equal. */
function compareSeries<T extends Timed>(
  what: string,
  compare: Compare,
  expected: readonly T[],
  found: readonly T[],
  describe: (entry: T) => string,
): string[] {
  const problems: string[] = [];
  for (let at = 0; at < Math.max(expected.length, found.length); at++) {
    const [want, have] = [expected[at], found[at]];
    const [wanted, had] = [want ? describe(want) : 'nothing', have ? describe(have) : 'nothing'];
    const place = `${what} ${at + 1}`;
    if (wanted !== had) {
      problems.push(`${place}: expected ${wanted} at ${want?.t ?? '-'}, found ${had} at ${have?.t ?? '-'}`);
    } else if (want && have && !isOnTime(compare, want, have.t)) {
      problems.push(`${place}: ${wanted} expected at ${want.t}, found at ${have.t}`);
    }
  }
  return problems;
}

function compareSegments(
  compare: Compare,
  expected: readonly SegmentRecord[],
  found: readonly SegmentRecord[],
): string[] {
  // Where a recording leaves out the bytes of a short segment they do not matter.
  const comparable = found.map((segment, at) => {
    const wanted = expected[at];
    return wanted?.len === segment.len && wanted.data === undefined ? { ...segment, data: undefined } : segment;
  });
  return compareSeries('segment', compare, expected, comparable, describeSegment);
}

const describeSegment = ({ conn, dir, flags, seq, ack, len, win, mss, data, seqRaw }: SegmentRecord): string =>
  JSON.stringify([conn, dir, flags, seq, ack, len, win, mss ?? null, data ?? null, seqRaw ?? false]);

const compareLines = (what: string, compare: Compare, expected: readonly LineRecord[], found: readonly LineRecord[]) =>
  compareSeries(what, compare, expected, found, ({ text }) => text);

const compareStates = (compare: Compare, expected: readonly StateRecord[], found: readonly StateRecord[]) =>
  compareSeries('state', compare, expected, found, ({ pcbs }) => sorted(pcbs));

/** The device's bytes by connection, and no second small segment while one is unacknowledged. */
function compareBytes(expected: readonly SegmentRecord[], actual: Observation): string[] {
  const names = [...new Set(expected.map(({ conn }) => conn))];
  return names.flatMap((name) => {
    const whole = reassemble(expected.filter(({ conn, dir }) => conn === name && dir === 'device'));
    return [
      ...compareValue(`bytes on ${name}`, JSON.stringify(whole), JSON.stringify(actual.received(name))),
      ...smallInFlight(actual.segments.filter(({ conn }) => conn === name)),
    ];
  });
}

function reassemble(segments: readonly SegmentRecord[]): string {
  let text = '';
  for (const { seq, data } of segments) if (data !== undefined && seq === text.length + 1) text += data;
  return text;
}

function smallInFlight(segments: readonly SegmentRecord[]): string[] {
  const MSS = 1460;
  let acknowledged = 0;
  let small: number | undefined;
  const problems: string[] = [];
  for (const { dir, seq, ack, len, t } of segments) {
    if (dir === 'peer') acknowledged = Math.max(acknowledged, ack);
    if (small !== undefined && acknowledged >= small) small = undefined;
    if (dir === 'peer' || len === 0) continue;
    if (small !== undefined && seq >= small) problems.push(`second small segment in flight at ${t}`);
    if (len < MSS) small = seq + len;
  }
  return problems;
}

function compareCurve({ compare, observed, curveMs = 500 }: Scenario, actual: Observation): string[] {
  const limit = actual.panicAt ?? Infinity;
  const points = (observed.curve ?? []).filter(({ t }) => t < limit - curveMs);
  return points.flatMap((point) => {
    const found = actual.curve.find(({ t }) => Math.abs(t - point.t) < curveMs / 2);
    return found ? comparePoint(compare, point, found) : [`curve: nothing at ${point.t}`];
  });
}

function comparePoint(compare: Compare, expected: CurvePoint, found: CurvePoint): string[] {
  const [low, high] = expected.heapRange ?? [expected.heap, expected.heap];
  const problems: string[] = [];
  const slack = COUNT_TOLERANCE + expected.TIME_WAIT * (compare.timeToleranceRatio ?? 0);
  if (Math.abs(found.TIME_WAIT - expected.TIME_WAIT) > slack) {
    problems.push(`TIME_WAIT at ${expected.t}: expected ${expected.TIME_WAIT}, found ${found.TIME_WAIT}`);
  }
  // Each TIME_WAIT more or less is 192 bytes (heap.json).
  const heap = found.heap + (found.TIME_WAIT - expected.TIME_WAIT) * 192;
  if (heap < low * (1 - HEAP_RATIO) - 500 || heap > high * (1 + HEAP_RATIO) + 500) {
    problems.push(`heap at ${expected.t}: expected ${expected.heap}, found ${found.heap}`);
  }
  return problems;
}

function compareEnd({ compare, observed }: Scenario, actual: Observation): string[] {
  const { end } = observed;
  const found = actual.end;
  const problems = [
    ...compareValue('end pcbs', sorted(end.pcbs), sorted(found.pcbs)),
    ...compareValue('end rebooted', end.rebooted, found.rebooted),
    ...compareValue('end panic', end.panic, found.panic),
    ...compareValue('end restart', end.restart, found.restart),
    ...compareHeap('start', end.heapStart, found.heapStart),
  ];
  if (end.heapEnd !== null && found.heapEnd !== null) problems.push(...compareHeap('end', end.heapEnd, found.heapEnd));
  const panicAt = observed.runs?.[0]?.panicAt ?? end.panicAt;
  if (panicAt !== undefined && actual.panicAt !== undefined && !isOnTime(compare, { t: panicAt }, actual.panicAt)) {
    problems.push(`panic: expected at ${panicAt}, found at ${actual.panicAt}`);
  }
  return problems;
}
