import type { BoardReport } from '../board/board-watch.ts';
import type { Ending, Outcome } from '../client/exchange.ts';
import type { Load } from '../schedule/load.ts';
import type { Segment } from '../verdict/segment.ts';
import type { VerdictName } from '../verdict/verdict.ts';

/** Counts by name; names that never occurred are absent. */
export type Counts<Name extends string> = Partial<Record<Name, number>>;

/** Latency in milliseconds. `buckets`: [upper edge, count], logarithmic, for the histogram. */
export interface Latency {
  count: number;
  min: number;
  mean: number;
  p50: number;
  p90: number;
  p99: number;
  p999: number;
  max: number;
  buckets: [number, number][];
}

export interface StepReport {
  name: string;
  load: Load;
  /** Client style or mix, as given. */
  style: string;
  /** Milliseconds since the run began. */
  startedAt: number;
  endedAt: number;
  connections: number;
  perSecond: number;
  /** Open loop only: what was meant to be opened per second. */
  offeredPerSecond?: number;
  outcomes: Counts<Outcome>;
  endings: Counts<Ending>;
  verdicts: Counts<VerdictName>;
  /** From the start of connect to its success. */
  connect: Latency;
  /** From the actual start to the whole response. */
  response: Latency;
  /** From the intended start to the whole response (open loop only): what a user who came on time had to wait. */
  intended?: Latency;
  /** From the actual start to the end of the connection. */
  whole: Latency;
  /** Closed loop with a pause only: `response`, corrected for the connections that were not opened meanwhile. */
  corrected?: Latency;
  /** How late the harness itself started connections, milliseconds (open loop only). */
  lateness?: Latency;
  /** Connections of an open loop that were not opened because too many were under way or no port was left. */
  skipped: number;
  /** Most connections under way at once: the backlog of an open loop. */
  mostOpen: number;
  /** Held back because every local port was still in TIME_WAIT. */
  capped: boolean;
}

/** A connection worth looking at. */
export interface Specimen {
  verdict: VerdictName;
  why: string;
  step: string;
  localPort: number;
  /** Milliseconds since the run began. */
  startedAt: number;
  /** Times in milliseconds since the connection began. */
  segments: Segment[];
}

export interface Evidence {
  /** `capture`: frames; `sockets`: what sockets and kernel tables tell. */
  kind: 'capture' | 'sockets';
  source: string;
  frames: number;
  /** Frames that the capture lost. Above 0 the verdicts are not valid. */
  drops: number;
  /** Capture files around the first connection of each verdict that is not good. */
  files: { verdict: VerdictName; path: string }[];
  /** Why there is no capture, and what this evidence cannot see. Empty with a capture. */
  cannotSee: string[];
  /** Connections that the capture had no trace of and that were judged by their sockets. */
  unseen: number;
  /** Connections to the same port that were not this run's. */
  foreign: number;
  /** Changes of TCP counters of this network namespace; not per connection. */
  kernel: Record<string, number>;
}

export interface HarnessReport {
  /** True when this machine, not the board, set the pace somewhere. */
  bottleneck: boolean;
  why: string;
  /** Share of the time in which the client's event loop was busy, 0 to 1. */
  utilization: number;
  /** 99th percentile of the event loop's delay, milliseconds. */
  loopDelayP99: number;
  /** Longest time in which the client's event loop did nothing at all, milliseconds. */
  standstill: number;
  faults: number;
  /** Largest jump of the wall clock against the monotonic one during the run, milliseconds. */
  clockJump: number;
}

export interface ThresholdResult {
  /** As given, such as `duel==0`. */
  text: string;
  actual: number | undefined;
  passed: boolean;
  /** What the actual value is made of, when that needs words. */
  note?: string;
}

export interface TimelineReport {
  bucketMs: number;
  /** Counts per bucket since the run began. */
  verdicts: Counts<VerdictName>[];
}

/** The result of a run; what the JSON file holds. */
export interface StressReport {
  format: 'last-ack-stress';
  version: 1;
  /** Interrupted: what follows covers the run up to then. */
  partial: boolean;
  passed: boolean;
  /** Why the run proves nothing, with the cure; empty for a valid one. An invalid run never passes. */
  invalid: string[];
  startedAt: string;
  durationMs: number;
  /** Seed of every choice by chance: styles of a mix. */
  seed: number;
  target: { host: string; address: string; port: number; path: string; method: string };
  steps: StepReport[];
  totals: {
    connections: number;
    outcomes: Counts<Outcome>;
    endings: Counts<Ending>;
    verdicts: Counts<VerdictName>;
  };
  thresholds: ThresholdResult[];
  evidence: Evidence;
  board: BoardReport;
  harness: HarnessReport;
  timeline: TimelineReport;
  /** One specimen per verdict, the worst first. */
  specimens: Specimen[];
}
