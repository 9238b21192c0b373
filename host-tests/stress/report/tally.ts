import type { Ending, Exchange, Outcome } from '../client/exchange.ts';
import type { Step } from '../schedule/ladder.ts';
import type { VerdictName } from '../verdict/verdict.ts';
import { offeredPerSecond } from '../schedule/load.ts';
import type { StepEnd } from '../schedule/step-runner.ts';
import { correctedFor, latencyOf, newHistogram, recordMs } from './latency.ts';
import type { Counts, StepReport, StressReport, TimelineReport } from './stress-report.ts';

function count<Name extends string>(counts: Counts<Name>, name: Name, by = 1): void {
  counts[name] = (counts[name] ?? 0) + by;
}

/** Counts one step: exchanges as they end, verdicts as they are found. */
export class StepTally {
  readonly step: Step;
  /** `performance.now()`. */
  readonly startedAt: number;
  #endedAt: number;
  connections = 0;
  #end: StepEnd = { skipped: 0, mostOpen: 0, capped: false };
  readonly #outcomes: Counts<Outcome> = {};
  readonly #endings: Counts<Ending> = {};
  readonly #verdicts: Counts<VerdictName> = {};
  readonly #connect = newHistogram();
  readonly #response = newHistogram();
  readonly #whole = newHistogram();
  readonly #intended = newHistogram();
  readonly #lateness = newHistogram();
  readonly #isOpenLoop: boolean;

  constructor(step: Step, startedAt: number) {
    this.step = step;
    this.#isOpenLoop = step.load.kind !== 'clients';
    this.startedAt = startedAt;
    this.#endedAt = startedAt;
  }

  exchange(exchange: Exchange): void {
    this.connections++;
    count(this.#outcomes, exchange.outcome);
    count(this.#endings, exchange.ending);
    const { startedAt, connectedAt, repliedAt, endedAt, intendedAt } = exchange;
    if (connectedAt) recordMs(this.#connect, connectedAt - startedAt);
    if (repliedAt) recordMs(this.#response, repliedAt - startedAt);
    if (endedAt) recordMs(this.#whole, endedAt - startedAt);
    if (!this.#isOpenLoop) return;
    recordMs(this.#lateness, startedAt - intendedAt);
    if (repliedAt) recordMs(this.#intended, repliedAt - intendedAt);
  }

  verdict(verdict: VerdictName): void {
    count(this.#verdicts, verdict);
  }

  /** `now`: `performance.now()`. */
  end(now: number, end: StepEnd): void {
    this.#endedAt = now;
    this.#end = end;
  }

  /** Connections a second, once the step has ended. */
  get perSecond(): number {
    return (1000 * this.connections) / Math.max(1, this.#endedAt - this.startedAt);
  }

  /** `origin`: when the run began, `performance.now()`. */
  report(origin: number): StepReport {
    const { load } = this.step;
    const offered = offeredPerSecond(load);
    const correctedMs = load.kind === 'clients' ? load.pauseMs : 0;
    return {
      name: this.step.name,
      load: this.step.load,
      style: this.step.mix.name,
      startedAt: this.startedAt - origin,
      endedAt: this.#endedAt - origin,
      connections: this.connections,
      perSecond: this.perSecond,
      outcomes: this.#outcomes,
      endings: this.#endings,
      verdicts: this.#verdicts,
      connect: latencyOf(this.#connect),
      response: latencyOf(this.#response),
      whole: latencyOf(this.#whole),
      ...(offered !== undefined && { intended: latencyOf(this.#intended), lateness: latencyOf(this.#lateness) }),
      ...(correctedMs > 0 && { corrected: latencyOf(correctedFor(this.#response, correctedMs)) }),
      ...(offered !== undefined && { offeredPerSecond: offered }),
      ...this.#end,
    };
  }
}

/** Adds the steps up. */
export function totalsOf(steps: readonly StepReport[]): StressReport['totals'] {
  const totals: StressReport['totals'] = { connections: 0, outcomes: {}, endings: {}, verdicts: {} };
  for (const step of steps) {
    totals.connections += step.connections;
    addCounts(totals.outcomes, step.outcomes);
    addCounts(totals.endings, step.endings);
    addCounts(totals.verdicts, step.verdicts);
  }
  return totals;
}

function addCounts<Name extends string>(into: Counts<Name>, from: Counts<Name>): void {
  for (const name of Object.keys(from) as Name[]) count(into, name, from[name]);
}

/** Buckets kept; when they are full their width doubles, so that an hour needs no more than a minute. */
const MAX_BUCKETS = 400;

/** Verdicts over time. */
export class Timeline {
  #bucketMs = 500;
  #buckets: Counts<VerdictName>[] = [];

  /** `t`: when the connection began, milliseconds since the run did. */
  add(t: number, verdict: VerdictName): void {
    while (t / this.#bucketMs >= MAX_BUCKETS) this.#coarsen();
    const index = Math.max(0, Math.floor(t / this.#bucketMs));
    while (this.#buckets.length <= index) this.#buckets.push({});
    const bucket = this.#buckets[index];
    if (bucket) count(bucket, verdict);
  }

  report(): TimelineReport {
    return { bucketMs: this.#bucketMs, verdicts: this.#buckets };
  }

  #coarsen(): void {
    this.#bucketMs *= 2;
    const merged: Counts<VerdictName>[] = [];
    this.#buckets.forEach((bucket, index) => addCounts((merged[index >> 1] ??= {}), bucket));
    this.#buckets = merged;
  }
}
