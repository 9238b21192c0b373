import type { BoardProfile } from '../../tools/virtual-board/profiles/profile.ts';
import type { Observation } from './observation.ts';
import type { AckPolicy } from './peer/linux-connection.ts';

/** A program of `firmware/`: its entry module, and what it prints when the load may begin. */
export interface Program {
  name: string;
  entry: string;
  ready: string;
  /** Numbers that it reads from a file on the device. */
  settings?: { file: string; values: Readonly<Record<string, number>> };
}

/** What the laptop does with a board. */
export type PeerLoad =
  | { kind: 'heads'; everyMs: number; count: number; close: 'eof' | 'first'; afterMs: number }
  /** The device is the client: the laptop listens, as `ncat -l -k` does, for this long. */
  | { kind: 'listen'; port: number; durationMs: number }
  /** The laptop asks once and reads what Content-Length says, or all that a bulk sender has, acknowledging by its policy. */
  | { kind: 'fetch'; port: number; until: 'content-length' | 'all-sent'; policy: AckPolicy };

/** What is done with the TCP of a profile alone, by programs that are models. Sizes in segments of 1460 bytes. */
export type StackLoad =
  /** Senders that begin at one moment; the device has so many buffers and takes `bufferMs` for each. */
  | {
      kind: 'receive';
      senders: number;
      buffers: number;
      windowMss: number;
      bufferMs: number;
      roundTripMs: number;
      durationMs: number;
    }
  /** The device sends and receives on so many connections for this long; every frame takes `frameMs` on the link. */
  | {
      kind: 'send';
      sockets: number;
      buffers: number;
      /** Bytes that one connection may have in flight. */
      window: number;
      delayedAck: boolean;
      frameMs: number;
      durationMs: number;
    }
  /** The device connects, sends twelve bytes and closes at once, again and again, in a heap of `heapBytes`. */
  | { kind: 'short-connections'; everyMs: number; durationMs: number; heapBytes: number };

/** A figure with the range that it must lie in. */
export interface ExpectedFigure {
  name: string;
  read: (observation: Observation) => number;
  low: number;
  high: number;
  unit?: string;
  /** What the source says, where the range is wider than that. */
  reference?: string;
}

interface TrialHead {
  /** `as it was`, or what was changed. */
  name: string;
  isCure: boolean;
  profile: BoardProfile;
  figures: readonly ExpectedFigure[];
}

/** A compiled program on a virtual board. */
export interface BoardTrial extends TrialHead {
  program: Program;
  load: PeerLoad;
}

/** The TCP of a profile without Lua. */
export interface StackTrial extends TrialHead {
  load: StackLoad;
}

/** One run within an experiment: the system as it was, or one that is cured. */
export type Trial = BoardTrial | StackTrial;

export const isBoardTrial = (trial: Trial): trial is BoardTrial => 'program' in trial;

/** One figure over a parameter, a run for each point. */
export interface Plot {
  x: string;
  /** What is plotted, and its unit where it has one. */
  y: string;
  unit?: string;
  read: (observation: Observation) => number;
  series: readonly { name: string; points: readonly { x: number; trial: Trial }[] }[];
}

/** A row of the table. */
export interface Experiment {
  id: string;
  /** Which of the four texts. */
  text: string;
  title: string;
  /** Where the expected figures come from. */
  source: string;
  /** What the page shows of its runs beside the plot. */
  chart: 'verdicts' | 'heap' | 'none';
  trials: readonly Trial[];
  plot?: Plot;
}
