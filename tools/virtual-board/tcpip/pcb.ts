import type { Ipv4Address } from './address.ts';
import type { Err } from './errors.ts';
import type { Sequence } from './sequence.ts';
import type { State } from './tcp-state.ts';

/** A segment on the unsent or unacknowledged queue. */
export interface QueuedSegment {
  readonly sequence: Sequence;
  flags: number;
  data: Uint8Array;
  /** Carries the MSS option. */
  readonly withMss: boolean;
  /** Bytes of heap charged for the descriptor and its buffer. */
  readonly charged: number;
}

/** A segment that arrived ahead of its turn. */
export interface EarlySegment {
  sequence: Sequence;
  data: Uint8Array;
  fin: boolean;
  charged: number;
}

/** Sequence space of a queued segment: its data, and one for SYN or FIN. */
export const segmentLength = (segment: QueuedSegment): number =>
  segment.data.length + ((segment.flags & 3) === 0 ? 0 : 1);

/** What happens on a connection. `owner` of the pcb says whose it is. Times of the calls are those of lwIP's raw API. */
export interface TcpEvents {
  /** A new connection in place of `accept`; anything but `Err.ok` aborts it. */
  accepted(pcb: Pcb): Err;
  /** Our SYN was acknowledged. */
  connected(pcb: Pcb): Err;
  /** Data in order, one chunk per segment; undefined = the peer's FIN. `Err.aborted` = nothing more may be done. */
  received(pcb: Pcb, chunks: readonly Uint8Array[] | undefined): Err;
  /** This many bytes of ours were acknowledged. */
  sent(pcb: Pcb, bytes: number): Err;
  /** The pcb is gone: reset, aborted or closed. */
  failed(pcb: Pcb, error: Err): void;
  /** Every `pollTicks` slow ticks. */
  polled?(pcb: Pcb): void;
}

export interface Listener {
  readonly port: number;
  readonly address: Ipv4Address;
  readonly events: TcpEvents;
  owner: unknown;
  keepAliveMs: number | undefined;
  readonly charged: number;
}

/** Protocol control block: the state of one connection. Sequence variables carry the names of RFC 9293. */
export interface Pcb {
  state: State;
  events: TcpEvents;
  /** Belongs to the user of the connection, for example the address of its Lua object. */
  owner: unknown;
  localAddress: Ipv4Address;
  localPort: number;
  /** The local port was chosen for this connection. */
  ownsPort: boolean;
  remoteAddress: Ipv4Address;
  remotePort: number;
  ttl: number;

  rcvNxt: Sequence;
  rcvWnd: number;
  /** The window that we last announced, and where it ends. */
  announcedWindow: number;
  announcedEdge: Sequence;
  sndNxt: Sequence;
  sndUna: Sequence;
  sndWnd: number;
  sndWl1: Sequence;
  sndWl2: Sequence;
  /** Sequence number of the next byte to be queued. */
  sndBuffered: Sequence;
  mss: number;

  ackDelayed: boolean;
  ackNow: boolean;
  fastRecovery: boolean;
  /** The receiving side was closed here: data that still comes is answered by a reset. */
  receiveClosed: boolean;
  /** A FIN is queued that does not wait for Nagle. */
  finPressed: boolean;
  nagle: boolean;
  /** The last write found no room: send what there is in spite of Nagle. */
  pressed: boolean;

  /** Slow tick of the last sign of life, or of the entry into the state. */
  touchedTick: number;
  /** Slow ticks since the oldest unacknowledged segment was sent; -1 = not running. */
  retransmitTicks: number;
  /** Slow tick at which the segment being timed left; 0 = none. */
  timedTick: number;
  timedSequence: Sequence;
  /** Smoothed round trip (times 8) and deviation (times 4) in slow ticks, after Jacobson 1988. */
  smoothedRtt: number;
  rttDeviation: number;
  rto: number;
  retransmissions: number;
  duplicateAcks: number;
  congestionWindow: number;
  slowStartThreshold: number;
  persistCount: number;
  /** Position in the probe schedule, from 1; 0 = not probing. */
  persistStep: number;
  keepAliveMs: number | undefined;
  keepAliveProbes: number;
  keepAliveSent: number;
  /** Segments with data seen so far, for acknowledging the first ones at once. */
  segmentsSeen: number;

  /** Slow ticks between calls of `polled`, and ticks since the last; data waits for it too. 0 = every tick, no calls. */
  pollTicks: number;
  pollCount: number;

  /** Bytes acknowledged by the segment in hand. */
  acked: number;
  sendSpace: number;
  sendQueueLength: number;
  /** Room left in the buffer of the last unsent segment. */
  spareRoom: number;
  unsent: QueuedSegment[];
  unacked: QueuedSegment[];
  early: EarlySegment[];
  /** Data that the application refused and gets offered again. */
  refused: readonly Uint8Array[] | undefined;

  /** Bytes of heap for the control block itself; 0 when they were given back. */
  charged: number;
  /** Neighbours in the list of active or of TIME_WAIT pcbs, and in the lookup bucket. */
  previous: Pcb | undefined;
  next: Pcb | undefined;
  nextInBucket: Pcb | undefined;
}
