import type { IntervalHistogram } from 'node:perf_hooks';
import type { HarnessReport, StepReport, StressReport } from './report/stress-report.ts';

/** Above these the harness, not the board, may have set the pace. */
const BUSY = 0.9;
const LATE_MS = 20;
/** As long as this nobody else's clock jumps and no busy machine stands still. */
export const JUMP_MS = 1000;
export const STANDSTILL_MS = 1000;
const LOOK_MS = 1000;

/** Both in milliseconds. */
interface Clocks {
  monotonic: () => number;
  wall: () => number;
}

const clocksOfNode: Clocks = { monotonic: () => performance.now(), wall: () => Date.now() };

/** Watches this process during the load: was it the bottleneck itself? */
export class HarnessWatch {
  readonly #delay: IntervalHistogram;
  readonly #clocks: Clocks;
  readonly #loop = performance.eventLoopUtilization();
  readonly #timer = setInterval(() => this.#look(), LOOK_MS);
  /** Wall clock less monotonic clock when last looked at; a clock that is only slow or fast changes it a little each time. */
  #apart: number;
  #largestJump = 0;

  constructor(delay: IntervalHistogram, clocks = clocksOfNode) {
    this.#delay = delay;
    this.#clocks = clocks;
    this.#apart = clocks.wall() - clocks.monotonic();
    delay.enable();
  }

  #look(): void {
    const apart = this.#clocks.wall() - this.#clocks.monotonic();
    const jump = apart - this.#apart;
    if (Math.abs(jump) > Math.abs(this.#largestJump)) this.#largestJump = jump;
    this.#apart = apart;
  }

  /** Ends the watch: its timer would keep the process alive. */
  stop(): void {
    clearInterval(this.#timer);
    this.#delay.disable();
  }

  /**
   * Ends the watch; the returned function judges it once the counts are known. `ofThreads`: how busy the busiest thread
   * was that only opened connections.
   */
  finish(ofThreads: number): (steps: readonly StepReport[], totals: StressReport['totals']) => HarnessReport {
    this.#look();
    this.stop();
    const utilization = Math.max(ofThreads, performance.eventLoopUtilization(this.#loop).utilization);
    const loopDelayP99 = this.#delay.percentile(99) / 1e6;
    const standstill = this.#delay.max / 1e6;
    const clockJump = this.#largestJump;
    return (steps, totals) => {
      const faults = totals.outcomes.harness ?? 0;
      const skipped = steps.reduce((sum, step) => sum + step.skipped, 0);
      const capped = steps.filter((step) => step.capped);
      const reasons = [
        ...(faults > 0
          ? [
              `${faults} connections failed for want of ports or descriptors here (fewer clients, more --sources or ulimit -n help)`,
            ]
          : []),
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
        ...(standstill > STANDSTILL_MS ? [`it stood still for ${(standstill / 1000).toFixed(1)} s`] : []),
        ...(Math.abs(clockJump) > JUMP_MS ? [`the wall clock jumped by ${Math.round(clockJump)} ms`] : []),
      ];
      const why =
        reasons.length > 0
          ? reasons.join('; ')
          : `its loop was busy ${Math.round(utilization * 100)} % of the time, late by at most ${loopDelayP99.toFixed(1)} ms (p99)`;
      return { bottleneck: reasons.length > 0, why, utilization, loopDelayP99, standstill, faults, clockJump };
    };
  }
}
