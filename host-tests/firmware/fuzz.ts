import fc from 'fast-check';
import { exchange } from './client.ts';
import type { Lab } from './lab.ts';
import { script, type Script } from './malformed.ts';
import { readAnswers, Visitor, type Visit } from './visitor.ts';

export interface FuzzOptions {
  count: number;
  seed: number;
  /** Connections at once. */
  clients: number;
}

export interface FuzzReport {
  visits: number;
  /** How often each status came, and how often a visit was over without any: `fin`, `reset`, `client`. */
  outcomes: Record<string, number>;
  /** Visits with something wrong, the first few of them. */
  problems: { problem: string; visit: Visit }[];
  problemCount: number;
  restarts: number;
  /** Lua errors that the board printed. */
  luaErrors: string[];
  /** Least free heap at the end of a lot, after a collection. */
  heaps: number[];
}

/** Connections from one look at the heap to the next. */
const LOT = 5000;
/** Longer than TIME_WAIT lasts and sockets are kept. */
export const RECOVERY_MS = 16_000;
const KEPT_PROBLEMS = 5;

function problemOf({ script: { ending }, received, end }: Visit): string | undefined {
  if (end === 'silence') return 'neither an answer nor a close';
  const { problem, isWhole, statuses } = readAnswers(received);
  if (problem !== undefined) return problem;
  if (end === 'fin' && !isWhole && received !== '') return 'closed in the middle of a response';
  // A client that goes on sending after the board has closed is reset by TCP itself (RFC 9293 section 3.10.7.4).
  if (end === 'reset' && statuses.length === 0) return 'a reset for nothing';
  return ending === 'waits' && end === 'client' ? 'the client left against its script' : undefined;
}

function count(report: FuzzReport, visit: Visit): void {
  const { statuses } = readAnswers(visit.received);
  report.visits++;
  for (const outcome of statuses.length > 0 ? statuses : [visit.end])
    report.outcomes[outcome] = (report.outcomes[outcome] ?? 0) + 1;
  const problem = problemOf(visit);
  if (problem === undefined) return;
  report.problemCount++;
  if (report.problems.length < KEPT_PROBLEMS) report.problems.push({ problem, visit });
}

function runLot(lab: Lab, scripts: readonly Script[], clients: number, report: FuzzReport): void {
  let begun = 0;
  let over = 0;
  const next = (): void => {
    const one = scripts[begun];
    if (!one) return;
    begun++;
    new Visitor(lab, one, (visit) => {
      over++;
      count(report, visit);
      lab.clock.after(1, next);
    });
  };
  for (let client = 0; client < clients; client++) next();
  if (!lab.runUntil(() => over === scripts.length, scripts.length * 60_000)) throw new Error('the visits did not end');
}

/** Free heap with both LEDs off, nobody connected and nothing in TIME_WAIT. */
function heapAtRest(lab: Lab): number {
  for (const name of ['D0', 'D4']) {
    const body = `name=${name}&state=off&period=1000&duty=50&steps=20,20`;
    const { response } = exchange(lab, `POST /api/leds HTTP/1.0\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    if (!response.startsWith('HTTP/1.1 200')) throw new Error(`the board does not obey any more: ${response}`);
  }
  lab.run(RECOVERY_MS);
  return lab.board.snapshot({ collect: true }).heap;
}

/** Lets clients loose that follow scripts of malformed requests. */
export function fuzz(
  lab: Lab,
  { count: total, seed, clients }: FuzzOptions,
  onLot?: (done: number) => void,
): FuzzReport {
  const report: FuzzReport = {
    ...{ visits: 0, outcomes: {}, problems: [], problemCount: 0, restarts: 0, luaErrors: [] },
    heaps: [heapAtRest(lab)],
  };
  for (let begun = 0; begun < total; begun += LOT) {
    const scripts = fc.sample(script, { numRuns: Math.min(LOT, total - begun), seed: seed + begun });
    runLot(lab, scripts, clients, report);
    report.heaps.push(heapAtRest(lab));
    onLot?.(report.visits);
  }
  report.restarts = lab.restarts;
  report.luaErrors = lab.log.split('\n').filter((line) => /memory|attempt|PANIC|traceback|\.lua:/.test(line));
  return report;
}
