import { HandleConnection } from './handle-connection.ts';
import { SocketConnection } from './socket-connection.ts';
import { tcpWrap } from './tcp-wrap.ts';

/** Which end of its own a connection is bound to; without one the system chooses. */
export interface LocalEnd {
  address: string;
  port: number;
}

/**
 * What happens on a connection. `onConnect` or `onError` comes first; `onClose` comes last, exactly once for every
 * `connect`, and after it the connection may be used again.
 */
export interface ConnectionListener {
  onConnect(): void;
  /** `length` bytes lie at the start of `readBuffer`, until the call returns. */
  onData(length: number): void;
  /** The peer's FIN, or a RST that looks like one: ask `isPeerGone`. */
  onEnd(): void;
  /** A system error such as `ECONNREFUSED`. The connection closes itself. */
  onError(code: string): void;
  onClose(): void;
}

/** One TCP connection of a client, one after another, with nothing between it and the system that costs time. */
export interface Connection {
  /** Opens it; the address is numeric. Never calls the listener before it returns. */
  connect(address: string, port: number, local?: LocalEnd): void;
  /** The port that the system chose; 0 when it is not known. One system call. */
  localPort(): number;
  write(bytes: Buffer): void;
  /** Reading stops until `resume`. */
  pause(): void;
  resume(): void;
  /** Sends FIN and goes on reading. */
  sendFin(): void;
  /** Closes with RST. */
  reset(): void;
  /** Closes; sends FIN when none was sent yet. */
  close(): void;
  /** Whether the system has let go of the peer: in `onEnd`, before a FIN of our own, that was a RST. */
  isPeerGone(): boolean;
}

/** Connections of the quickest kind that this Node has. */
export function newConnection(listener: ConnectionListener): Connection {
  return tcpWrap ? new HandleConnection(listener, tcpWrap) : new SocketConnection(listener);
}
