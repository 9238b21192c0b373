/** What a device has for TCP. */
export interface BufferPlan {
  /** Network buffers, each of which holds one segment. */
  buffers: number;
  /** Largest segment, bytes. */
  mss: number;
  /** Connections at once. */
  sockets: number;
}

/** Buffers that a segment on its way out takes, with the ACK that comes back for it, or half a one (Micrium). */
const PER_SEGMENT = { atOnce: 2, delayed: 1.5 };

/** Receive window of a connection, bytes: a segment is held until the application has taken it. */
export const receiveWindow = ({ buffers, mss, sockets }: BufferPlan): number => Math.floor((buffers * mss) / sockets);

/** Bytes that a connection may have in flight: a segment is held until it is acknowledged. */
export const sendWindow = ({ buffers, mss, sockets, delayedAck }: BufferPlan & { delayedAck: boolean }): number =>
  Math.floor((buffers * mss) / (sockets * perSegment(delayedAck)));

export const perSegment = (delayedAck: boolean): number => (delayedAck ? PER_SEGMENT.delayed : PER_SEGMENT.atOnce);
