import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { BoardDriver } from '../board-driver.ts';
import { BoardWatch, type BoardReport } from './board/board-watch.ts';
import { afterSecondLoad, leakCheckMs, withoutHeap } from './board/leak-check.ts';
import { closesFirst } from './client/local-ports.ts';
import { readSources, usualSources } from './client/sources.ts';
import { Climb, type StressProgress } from './climb.ts';
import { gatherEvidence, type CaptureChoice, type EvidenceGatherer } from './evidence.ts';
import { HarnessWatch } from './harness-watch.ts';
import { SpecimenBox } from './report/specimens.ts';
import type { StepReport, StressReport } from './report/stress-report.ts';
import { type StepTally, Timeline, totalsOf } from './report/tally.ts';
import type { Step } from './schedule/ladder.ts';
import { checkTarget, type CheckedTarget, type TargetOptions } from './target.ts';
import { checkThresholds, DEFAULT_THRESHOLDS, parseThreshold } from './thresholds.ts';
import { invalidReasons } from './validity.ts';
import { warmUp } from './warm-up.ts';
import { holdYoungGeneration, releaseYoungGeneration } from './young-generation.ts';
import type { Verdict } from './verdict/matcher.ts';

export interface StressOptions extends TargetOptions {
  steps: readonly Step[];
  /** Longest life of one exchange, milliseconds. */
  deadlineMs?: number;
  capture?: CaptureChoice;
  /** Where to keep captures around the first bad ends; absent: nowhere. */
  captureFolder?: string;
  /** Asked for heap and pcbs; without it the board is judged by its answers only. */
  board?: BoardDriver;
  /** Longest wait for the board to recover after the load, milliseconds. */
  coolDownMs?: number;
  /** As `parseThreshold` reads them; default `DEFAULT_THRESHOLDS`. */
  thresholds?: readonly string[];
  /** Runs the client's code warm on a server of its own first; default true. */
  warmUp?: boolean;
  /** Threads that only open connections, results merged; default 0: this thread opens them. */
  workers?: number;
  /**
   * Addresses of this machine to connect from, in turn, with ports of our own choice, as `readSources` reads them.
   * Default: the system's choice, or several where clients that close first need them and the namespace is ours.
   */
  sources?: string;
  /** Seed of the choices within a mix; default 1. */
  seed?: number;
  /** Stops the run; the report is then partial. */
  signal?: AbortSignal;
  onProgress?: (progress: StressProgress) => void;
}

/** SYNs at 1, 3 and 7 s must still be answered in time. */
const DEFAULT_DEADLINE_MS = 15_000;
/** TIME_WAIT of NodeMCU 3.0 lasts up to 12.5 s. */
const DEFAULT_COOL_DOWN_MS = 20_000;

/**
 * Hammers a device step by step and judges how every connection ended. Rejects with a `UserError` when there is
 * nothing to hammer; whatever the device does afterwards is in the report.
 */
export async function runStress(options: StressOptions): Promise<StressReport> {
  holdYoungGeneration();
  try {
    return await hammerAndJudge(options);
  } finally {
    releaseYoungGeneration();
  }
}

async function hammerAndJudge(options: StressOptions): Promise<StressReport> {
  const signal = options.signal ?? new AbortController().signal;
  const thresholds = (options.thresholds ?? DEFAULT_THRESHOLDS).map(parseThreshold);
  if (options.warmUp ?? true) await warmUp(signal);
  const target = await checkTarget(options, { deadlineMs: options.deadlineMs, signal });
  const seed = options.seed ?? 1;
  const origin = performance.now();
  const startedAt = new Date().toISOString();
  const timeline = new Timeline();
  const specimens = new SpecimenBox(origin);
  const onVerdict = (verdict: Verdict<StepTally>): void => {
    verdict.tag.verdict(verdict.verdict);
    timeline.add(verdict.startedAt - origin, verdict.verdict);
    specimens.offer(verdict, verdict.tag.step.name);
  };
  const evidence = await gatherEvidence(options.capture ?? 'auto', target, onVerdict, options.captureFolder);
  const harness = new HarnessWatch(monitorEventLoopDelay({ resolution: 5 }));
  const { climb, board } = await hammer(options, target, evidence, origin, signal).catch(async (error: unknown) => {
    harness.stop();
    await evidence.finish();
    throw error;
  });
  const harnessEnd = harness.finish(climb.utilization);
  const gathered = await evidence.finish();

  const steps: StepReport[] = climb.tallies.map((tally) => tally.report(origin));
  const totals = totalsOf(steps);
  const partial = signal.aborted;
  const harnessReport = harnessEnd(steps, totals);
  const invalid = invalidReasons({ steps, partial, evidence: gathered, harness: harnessReport });
  const measured = {
    format: 'last-ack-stress',
    version: 1,
    partial,
    invalid,
    startedAt,
    seed,
    durationMs: performance.now() - origin,
    target: { host: target.host, address: target.address, port: target.port, path: target.path, method: target.method },
    steps,
    totals,
    evidence: gathered,
    board,
    harness: harnessReport,
    timeline: timeline.report(),
    specimens: specimens.report(),
  } as const;
  const results = checkThresholds(measured, thresholds);
  return {
    ...measured,
    thresholds: results,
    passed: results.every(({ passed }) => passed) && !partial && invalid.length === 0,
  };
}

/** Makes the connections; whatever was started for that has ended afterwards. */
async function hammer(
  options: StressOptions,
  target: CheckedTarget,
  evidence: EvidenceGatherer<StepTally>,
  origin: number,
  signal: AbortSignal,
): Promise<{ climb: Climb; board: BoardReport }> {
  const { steps, deadlineMs = DEFAULT_DEADLINE_MS, seed = 1, workers = 0, onProgress } = options;
  const sources = sourcesFor(options, target);
  const order = { steps, deadlineMs, seed, workers, sources, signal, onProgress };
  const climb = await Climb.prepare(order, target, evidence);
  try {
    return { climb, board: await watched(options, origin, signal, climb) };
  } finally {
    await climb.close();
  }
}

function sourcesFor({ sources, steps }: StressOptions, target: CheckedTarget): string[] {
  if (sources !== undefined) return readSources(sources, target);
  return steps.some(({ load, mix }) => load.kind === 'clients' && closesFirst(mix)) ? usualSources(target) : [];
}

/** Climbs the ladder with the board watched, and once more for a moment when heap did not come back. */
async function watched(
  options: StressOptions,
  origin: number,
  signal: AbortSignal,
  climb: Climb,
): Promise<BoardReport> {
  const { board, steps, coolDownMs = DEFAULT_COOL_DOWN_MS } = options;
  const isStopped = (): boolean => signal.aborted;
  if (!board || isStopped()) {
    for (const step of steps) await climb.take(step);
    return { observed: false, samples: [] };
  }
  const watch = new BoardWatch(board, origin, () => ({
    step: climb.tallies.length - 1,
    connections: climb.connections,
  }));
  await watch.start();
  for (const step of steps) await climb.take(step);
  climb.note('cooling down');
  const first = await watch.finish(coolDownMs, signal);
  const last = steps.at(-1);
  const { heapLost = 0 } = first;
  if (heapLost === 0 || !last || isStopped()) return first;
  // Tables that grew to the peak of the load keep their size; a leak takes as much again when the load comes again.
  await watch.start();
  const connections = climb.connections;
  const perSecond = climb.tallies.at(-1)?.perSecond ?? 0;
  const checkMs = leakCheckMs({ heapLost, connections, perSecond });
  await climb.take({ ...last, name: 'leak check', durationMs: Math.min(last.durationMs, checkMs) });
  climb.note('cooling down');
  const second = await watch.finish(coolDownMs, signal);
  return isStopped() ? withoutHeap(first) : afterSecondLoad({ ...first, heapLost }, second);
}
