import type { BoardProfile } from '../../tools/virtual-board/profiles/profile.ts';
import type { Observation } from './observe.ts';
import type { AckPolicy } from './peer/linux-connection.ts';

/** A program of `firmware/`: its entry module, and what it prints when the load may begin. */
export interface Program {
  name: string;
  entry: string;
  ready: string;
  /** Files on the device beside the program. */
  files?: Readonly<Record<string, string>>;
}

/** What the laptop does. */
export type PeerLoad =
  | { kind: 'heads'; everyMs: number; count: number; close: 'eof' | 'first'; afterMs: number }
  /** The device is the client: the laptop listens, as `ncat -l -k` does, for this long. */
  | { kind: 'listen'; port: number; durationMs: number }
  /** The laptop asks once and reads `bytes`, acknowledging by its policy. */
  | { kind: 'fetch'; port: number; bytes: number; durationMs: number; policy: AckPolicy };

/** A figure with the range that it must lie in. */
export interface ExpectedFigure {
  name: string;
  read: (observation: Observation) => number;
  low: number;
  high: number;
  unit?: string;
}

/** One run within an experiment: the system as it was, or one that is cured. */
export interface Trial {
  /** `as it was`, or what was changed. */
  name: string;
  isCure: boolean;
  profile: BoardProfile;
  program: Program;
  load: PeerLoad;
  heap?: number;
  figures: readonly ExpectedFigure[];
}

/** A row of the table. */
export interface Experiment {
  id: string;
  /** Which of the four texts. */
  text: string;
  title: string;
  /** Where the expected figures come from. */
  source: string;
  /** What a chart of it shows. */
  chart: 'verdicts' | 'heap' | 'none';
  trials: readonly Trial[];
}
