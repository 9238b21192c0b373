import { JUMP_MS, STANDSTILL_MS } from './harness-watch.ts';
import type { StressReport } from './report/stress-report.ts';

type Judged = Pick<StressReport, 'evidence' | 'steps' | 'partial' | 'harness'>;

/** Why a run proves nothing, with what to do about it; empty when it does prove something. */
export function invalidReasons({ evidence, steps, partial, harness }: Judged): string[] {
  const empty = partial ? [] : steps.filter(({ connections }) => connections === 0);
  const opened = steps.reduce((sum, { connections }) => sum + connections, 0);
  const faults = steps.reduce((sum, { outcomes }) => sum + (outcomes.harness ?? 0), 0);
  return [
    ...(evidence.drops > 0
      ? [`the capture lost ${evidence.drops} frames, so verdicts are not certain: lower the load, or --capture none`]
      : []),
    ...(harness.standstill > STANDSTILL_MS
      ? [
          `the harness stood still for ${(harness.standstill / 1000).toFixed(1)} s (suspended, or the machine too busy), which looks like a slow board: run it again`,
        ]
      : []),
    // Frames carry the time of the wall clock; sockets are timed by the monotonic one.
    ...(evidence.kind === 'capture' && Math.abs(harness.clockJump) > JUMP_MS
      ? [
          `the clock of this machine was set by ${(harness.clockJump / 1000).toFixed(1)} s during the run, so frames and connections do not match: run it again`,
        ]
      : []),
    ...empty.map(({ name, capped }) =>
      capped
        ? `step ${name} opened no connection, every local port was in TIME_WAIT: give more --sources, or wait a minute`
        : `step ${name} opened no connection: give it more time (--step)`,
    ),
    ...(opened > 0 && faults === opened
      ? ['no connection left this machine, for want of ports, addresses or descriptors: see the outcomes']
      : []),
  ];
}
