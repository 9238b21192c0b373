import { monitorEventLoopDelay } from 'node:perf_hooks';
import { seededRandom } from '../../tools/virtual-board/random.ts';
import type { BoardDriver } from '../board-driver.ts';
import { BoardWatch, type BoardReport } from './board/board-watch.ts';
import { gatherEvidence, type CaptureChoice } from './evidence.ts';
import { HarnessWatch } from './harness-watch.ts';
import { SpecimenBox } from './report/specimens.ts';
import type { StepReport, StressReport } from './report/stress-report.ts';
import { StepTally, Timeline, totalsOf } from './report/tally.ts';
import type { Step } from './schedule/ladder.ts';
import { runStep } from './schedule/step-runner.ts';
import { checkTarget, type TargetOptions } from './target.ts';
import { checkThresholds, DEFAULT_THRESHOLDS, parseThreshold } from './thresholds.ts';
import { warmUp } from './warm-up.ts';
import { Matcher } from './verdict/matcher.ts';

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
  /** Seed of the choices within a mix; default 1. */
  seed?: number;
  /** Stops the run; the report is then partial. */
  signal?: AbortSignal;
  onProgress?: (progress: StressProgress) => void;
}

export interface StressProgress {
  /** Milliseconds of load, done and planned. */
  doneMs: number;
  totalMs: number;
  note: string;
}

/** SYNs at 1, 3 and 7 s must still be answered in time. */
export const DEFAULT_DEADLINE_MS = 15_000;
/** TIME_WAIT of NodeMCU 3.0 lasts up to 12.5 s. */
export const DEFAULT_COOL_DOWN_MS = 20_000;
const PROGRESS_MS = 250;

/**
 * Hammers a device step by step and judges how every connection ended. Rejects with a `UserError` when there is
 * nothing to hammer; whatever the device does afterwards is in the report.
 */
export async function runStress(options: StressOptions): Promise<StressReport> {
  const signal = options.signal ?? new AbortController().signal;
  const thresholds = (options.thresholds ?? DEFAULT_THRESHOLDS).map(parseThreshold);
  if (options.warmUp ?? true) await warmUp(signal);
  const target = await checkTarget(options);
  const seed = options.seed ?? 1;
  const random = seededRandom(seed);
  const origin = performance.now();
  const startedAt = new Date().toISOString();
  const timeline = new Timeline();
  const specimens = new SpecimenBox(origin);
  const matcher = new Matcher<StepTally>((verdict) => {
    verdict.tag.verdict(verdict.verdict);
    timeline.add(verdict.startedAt - origin, verdict.verdict);
    specimens.offer(verdict, verdict.tag.step.name);
  });
  const evidence = await gatherEvidence(options.capture ?? 'auto', target, matcher, options.captureFolder);
  const watch = options.board && new BoardWatch(options.board, origin);
  await watch?.start();

  const harness = new HarnessWatch(monitorEventLoopDelay({ resolution: 5 }));
  const tallies: StepTally[] = [];
  const totalMs = options.steps.reduce((sum, step) => sum + step.durationMs, 0);
  let doneMs = 0;
  for (const step of options.steps) {
    if (signal.aborted) break;
    const tally = new StepTally(step, performance.now());
    tallies.push(tally);
    const progress = setInterval(() => {
      const inStep = Math.min(step.durationMs, performance.now() - tally.startedAt);
      options.onProgress?.({
        doneMs: doneMs + inStep,
        totalMs,
        note: `${step.name}: ${tally.connections} connections`,
      });
    }, PROGRESS_MS);
    const end = await runStep({
      target,
      step,
      deadlineMs: options.deadlineMs ?? DEFAULT_DEADLINE_MS,
      readPorts: true,
      random,
      signal,
      onExchange: (exchange) => {
        tally.exchange(exchange);
        matcher.exchange(exchange, tally);
      },
    });
    clearInterval(progress);
    tally.end(performance.now(), end);
    doneMs += step.durationMs;
  }
  const harnessEnd = harness.finish();
  options.onProgress?.({ doneMs, totalMs, note: watch ? 'cooling down' : 'waiting for the last verdicts' });
  const board: BoardReport = watch
    ? await watch.finish(options.coolDownMs ?? DEFAULT_COOL_DOWN_MS, signal)
    : { observed: false, samples: [] };
  const gathered = await evidence.finish();

  const steps: StepReport[] = tallies.map((tally) => tally.report(origin));
  const totals = totalsOf(steps);
  const measured = {
    format: 'last-ack-stress',
    version: 1,
    partial: signal.aborted,
    startedAt,
    seed,
    durationMs: performance.now() - origin,
    target: { host: target.host, address: target.address, port: target.port, path: target.path, method: target.method },
    steps,
    totals,
    evidence: gathered,
    board,
    harness: harnessEnd(steps, totals),
    timeline: timeline.report(),
    specimens: specimens.report(),
  } as const;
  const results = checkThresholds(measured, thresholds);
  return { ...measured, thresholds: results, passed: results.every(({ passed }) => passed) && !signal.aborted };
}
