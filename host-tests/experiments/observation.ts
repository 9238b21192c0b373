import type { TcpStateName } from '../../tools/virtual-board/inspect.ts';
import type { JudgedFlow } from '../stress/verdict/flow-table.ts';

/** The device at a moment; `t` in milliseconds since the load began. */
export interface Sample {
  t: number;
  /** Free bytes. */
  heap: number;
  pcbs: Partial<Record<TcpStateName, number>>;
}

/** Everything that one trial left to be read. */
export interface Observation {
  /** In the order in which they began. */
  flows: readonly JudgedFlow[];
  /** Connections that got their response, or that the laptop accepted. */
  served: number;
  /** From the request to the last byte of a fetch, milliseconds; Infinity when it did not come. */
  transferMs: number;
  /** Bytes of that fetch. */
  transferred: number;
  /** The laptop's connections that still wait for the ACK of their FIN. */
  lastAck: number;
  /** Resets of the board during the load. */
  restarts: number;
  /** Free bytes after a collection, before the load and after it. */
  heapAtStart: number;
  heapAtEnd: number;
  samples: readonly Sample[];
  /** What only this kind of load has, by name. */
  measures: Readonly<Record<string, number>>;
  /** Time that it took on the clock of the experiment, milliseconds. */
  elapsedMs: number;
}

export const NOTHING_OBSERVED: Observation = {
  flows: [],
  served: 0,
  transferMs: Infinity,
  transferred: 0,
  lastAck: 0,
  restarts: 0,
  heapAtStart: 0,
  heapAtEnd: 0,
  samples: [],
  measures: {},
  elapsedMs: 0,
};
