/** Where a connection is in its life. */
export const enum Phase {
  /** Open, nothing received since it was opened or since the last answer. */
  Waiting,
  /** A request has begun and is not complete. */
  Receiving,
  /** There is an answer, but no memory to send it yet. */
  Queued,
  /** An answer is on its way, not all of it acknowledged. */
  Sending,
  /** Answered; the client is expected to close. */
  Lingering,
}

/** Places in a `Connection`. */
export const enum At {
  Socket,
  Phase,
  /** `tmr.now()` when the phase began. */
  Since,
  /** Given by the protocol, not yet taken by the stack. */
  Output,
  /** Received and not yet consumed by the protocol. */
  Input,
  /** Sends what is left of a long answer, as far as the stack takes it. */
  More,
  /** Where a long answer gets more from when the output has run dry. */
  Source,
  /** For the protocol's source: how far it has come. */
  Position,
  /** Stay open for another request after this answer. */
  Keep,
  /**
   * An answer began when one before it was through. That it was through is not certain: the firmware tells of each
   * acknowledgement, not of how much.
   */
  Pipelined,
}

/**
 * One TCP connection: plain data, made at accept, dropped when it is over. An array, because three places take 112
 * bytes of heap where three named fields take 195, and five 324.
 */
export type Connection = [
  socket: net.Socket,
  phase: Phase,
  since: number,
  output?: string | undefined,
  input?: string | undefined,
  more?: ((this: void, connection: Connection) => void) | undefined,
  source?: Source | undefined,
  position?: number | undefined,
  keep?: true | undefined,
  pipelined?: true,
];

/** The next part of the body, at most a segment; nil when there are no more. */
export type Source = (this: void, connection: Connection) => string | undefined;

/**
 * The module that runs on top of the connection manager: loaded when somebody says something that was not said before,
 * let go when nobody is connected or memory is short. Its functions may raise errors: the manager survives them.
 */
export interface Protocol {
  /** All input that was not consumed. Puts back in `connection[At.Input]` what it does not consume, and may `answer`. */
  receive: (this: void, connection: Connection, input: string) => void;
  /** A request took too long, or `receive` raised an error; may `answer` once more. */
  abandon: (this: void, connection: Connection, why: 'late' | 'error') => void;
}

export const enum Tcp {
  /** Ethernet's MSS, and so the most that goes out as one segment. */
  SEGMENT = 1460,
  /** Heap that one segment takes until it is acknowledged, block header included. */
  SEGMENT_HEAP = 1592,
  /** Established connections at which the firmware drops further SYNs. */
  LIMIT = 5,
}
