import type { Protocol } from './connection.ts';

/** Places in `manager`. Those from `Accepted` to `Errors` are counters since boot, named in `counter-names.ts`. */
export const enum Place {
  /** Connections open now. */
  Open,
  /** Closed sockets that may be in TIME_WAIT. */
  Kept,
  Accepted,
  Answered,
  /** Closed by us first. */
  Closed,
  /** Ended by the client's RST or silence. */
  Lost,
  /** Told to come back later, or the port was shut for want of memory. */
  Busy,
  /** Requests that took too long. */
  Late,
  /** Sends put off: no memory, or refused by the stack. */
  Stalled,
  /** Lua errors caught. */
  Errors,
  /** Name of the `Protocol` module. */
  Protocol,
  /** The whole answer to a connection that there is no room for. */
  Refusal,
  /** Input whose answer is `Reply` until the board restarts, so that the protocol need not be asked; '' = none. */
  Known,
  Reply,
  /** Gets all events. */
  Listener,
  /** Gets the end of a connection. */
  Ended,
  /** The protocol, while it is loaded. */
  Speaker,
  Server,
  /** The port, while it is shut for want of memory. */
  Shut,
}

/**
 * Whatever happens: a new connection and the acknowledgement of what was sent come without a second argument, input as a
 * string, the end of a connection as a number; the timer of the sweep comes in place of a socket.
 */
export type Listener = (this: void, socket: net.Socket, what?: string | number) => void;

/** One array instead of a record or variables: a place takes 12 bytes of heap, a name 72, a captured variable 44. */
export type ManagerState = [
  open: number,
  kept: number,
  accepted: number,
  answered: number,
  closed: number,
  lost: number,
  busy: number,
  late: number,
  stalled: number,
  errors: number,
  protocol: string,
  refusal: string,
  known: string,
  reply: string,
  listener?: Listener,
  ended?: Listener,
  speaker?: Protocol | undefined,
  server?: net.Server,
  shut?: number | undefined,
];
