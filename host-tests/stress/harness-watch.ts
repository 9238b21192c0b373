import type { IntervalHistogram } from 'node:perf_hooks';
import type { HarnessReport, StepReport, StressReport } from './report/stress-report.ts';

/** Above these the harness, not the board, may have set the pace. */
const BUSY = 0.9;
const LATE_MS = 20;
const JUMP_MS = 1000;

/** Watches this process during the load: was it the bottleneck itself? */
export class HarnessWatch {
  readonly #delay: IntervalHistogram;
  readonly #loop = performance.eventLoopUtilization();
  readonly #startedAt = performance.now();
  readonly #wall = Date.now();

  constructor(delay: IntervalHistogram) {
    this.#delay = delay;
    delay.enable();
  }

  /**
   * Ends the watch; the returned function judges it once the counts are known. `ofThreads`: how busy the busiest thread
   * was that only opened connections.
   */
  finish(ofThreads: number): (steps: readonly StepReport[], totals: StressReport['totals']) => HarnessReport {
    this.#delay.disable();
    const utilization = Math.max(ofThreads, performance.eventLoopUtilization(this.#loop).utilization);
    const elapsed = performance.now() - this.#startedAt;
    const loopDelayP99 = this.#delay.percentile(99) / 1e6;
    const clockJump = Date.now() - this.#wall - elapsed;
    return (steps, totals) => {
      const faults = totals.outcomes.harness ?? 0;
      const skipped = steps.reduce((sum, step) => sum + step.skipped, 0);
      const capped = steps.filter((step) => step.capped);
      const reasons = [
        ...(faults > 0 ? [`${faults} connections failed for want of ports or descriptors here`] : []),
        ...(capped.length > 0
          ? [
              `${capped.map(({ name }) => name).join(', ')} had to wait for local ports (a client that closes first keeps each in TIME_WAIT for 60 s; more --sources help)`,
            ]
          : []),
        ...(skipped > 0
          ? [`${skipped} connections were not opened because too many were under way or no port was left`]
          : []),
        ...(utilization > BUSY ? [`its loop was busy ${Math.round(utilization * 100)} % of the time`] : []),
        ...(ofThreads === 0 && loopDelayP99 > LATE_MS
          ? [`its event loop was up to ${loopDelayP99.toFixed(0)} ms late (p99)`]
          : []),
        ...(Math.abs(clockJump) > JUMP_MS ? [`the wall clock jumped by ${Math.round(clockJump)} ms`] : []),
      ];
      const why =
        reasons.length > 0
          ? reasons.join('; ')
          : `its loop was busy ${Math.round(utilization * 100)} % of the time, late by at most ${loopDelayP99.toFixed(1)} ms (p99)`;
      return { bottleneck: reasons.length > 0, why, utilization, loopDelayP99, faults, clockJump };
    };
  }
}
