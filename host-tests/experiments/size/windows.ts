/** What a device has for TCP. */
export interface BufferPlan {
  /** Network buffers, each of which holds one segment. */
  buffers: number;
  /** Largest segment, bytes. */
  mss: number;
  /** Connections at once. */
  sockets: number;
}

/** The plan of a sender, and whether its peers delay their ACKs. */
export type SendPlan = BufferPlan & { delayedAck: boolean };

/** Buffers that a segment on its way takes, with the ACK that comes back for it or half of one (Micrium). */
const perSegment = (delayedAck: boolean): number => (delayedAck ? 1.5 : 2);

/** Receive window of a connection, bytes: a segment is held until the application has taken it. */
export const receiveWindow = ({ buffers, mss, sockets }: BufferPlan): number => Math.floor((buffers * mss) / sockets);

/** Bytes that a connection may have in flight: a segment is held until it is acknowledged. */
export const sendWindow = ({ buffers, mss, sockets, delayedAck }: SendPlan): number =>
  Math.floor((buffers * mss) / (sockets * perSegment(delayedAck)));

/** Buffers without which the windows of so many connections are below `segments` segments. */
export const buffersFor = (segments: number, sockets: number, delayedAck: boolean): number =>
  Math.ceil(segments * sockets * perSegment(delayedAck));

export interface Advice {
  receiveWindow: number;
  sendWindow: number;
  /** Whole segments in each. */
  receiveSegments: number;
  sendSegments: number;
  /** Heap for all buffers, bytes, with what a segment costs beyond its data on NodeMCU. */
  memory: number;
  /** What is wrong with the plan, and what would be enough. */
  warnings: string[];
}

/** A segment of 1460 bytes takes 1592 bytes of NodeMCU's heap: headers, descriptor, block headers. */
const SEGMENT_OVERHEAD = 132;

/** Windows by the article's formulas, and what to do when they are too small. */
export function advise(plan: SendPlan): Advice {
  const { buffers, mss } = plan;
  const receive = receiveWindow(plan);
  const send = sendWindow(plan);
  return {
    receiveWindow: receive,
    sendWindow: send,
    receiveSegments: Math.floor(receive / mss),
    sendSegments: Math.floor(send / mss),
    memory: buffers * (mss + SEGMENT_OVERHEAD),
    warnings: warningsOf(plan, receive, send),
  };
}

function warningsOf(plan: SendPlan, receive: number, send: number): string[] {
  const { mss, sockets, delayedAck } = plan;
  const small = (window: number): 'none' | 'one' | undefined =>
    window < mss ? 'none' : window < 2 * mss ? 'one' : undefined;
  const enough = (segments: number): string => `${buffersFor(segments, sockets, delayedAck)} buffers`;
  const warnings: string[] = [];
  if (small(receive) === 'none') {
    warnings.push(
      `The receive window is less than one MSS: no whole segment fits. ${sockets} connections need at least ${sockets} buffers.`,
    );
  }
  if (small(send) === 'none') {
    warnings.push(
      `The send window is less than one MSS: no whole segment can be on its way. ${sockets} connections need at least ${enough(1)}.`,
    );
  }
  if (small(receive) === 'one') {
    warnings.push(
      `The receive window holds one segment: the sender waits a round trip for each. ${2 * sockets} buffers give two.`,
    );
  }
  if (small(send) === 'one') {
    warnings.push(
      `One segment on its way waits for a delayed ACK each time, up to 500 ms. ${enough(2)} give two segments.`,
    );
  }
  return warnings;
}
