/** The numbers and rules of one TCP implementation. Times are milliseconds of the board's clock, sizes bytes. */
export interface TcpProfile {
  /** Largest segment we announce and send. */
  mss: number;
  /** Segment size towards a peer that sends no MSS option (RFC 9293 section 3.7.1). */
  defaultMss: number;
  /** Receive window. */
  window: number;
  /** Reopened window that is worth a segment of its own. */
  windowUpdateThreshold: number;
  /** Bytes and buffers that may wait for acknowledgement on one connection. */
  sendBuffer: number;
  sendQueue: number;
  /** Period of the timer that sends delayed acknowledgements; the slow timer runs on every second round of it. */
  fastTickMs: number;
  /** Undefined: ticks are exact. Otherwise they are looked for every `periodMs` and remainders are lost. */
  polling: { periodMs: number; jitterMs: number; earlyShare: number } | undefined;
  /** Lifetimes of states, counted in slow ticks of nominal length. */
  timeWaitMs: number;
  lastAckMs: number;
  finWait2Ms: number;
  synReceivedMs: number;
  initialRtoMs: number;
  /** Floor of the retransmission timeout; 0: as measured. */
  minimumRtoMs: number;
  retries: number;
  synRetries: number;
  /** How far the timeout is shifted left at each retransmission, the last for all further ones. */
  backoff: readonly number[];
  /** Slow ticks between window probes, the last for all further ones. */
  persistTicks: readonly number[];
  keepAliveIdleMs: number;
  keepAliveIntervalMs: number;
  keepAliveProbes: number;
  /** The out-of-order queue is dropped after this many retransmission timeouts. */
  outOfOrderTimeouts: number;
  /** Segments at the start of a connection that are acknowledged at once. */
  quickAcks: number;
  nagle: boolean;
  /** A write is cut so that its number of segments is even, and never waits alone for a delayed acknowledgement. */
  splitsToEven: boolean;
  /** A write waits until everything before it has been acknowledged. */
  oneWriteAtATime: boolean;
  /** Without heap for a new pcb the oldest TIME_WAIT gives way, then the longest idle connection. */
  evicts: boolean;
  /** SYNs are dropped while this many connections are in these states. */
  admission: { limit: number; counts: 'established' | 'active' } | undefined;
  /** `ticks`: a counter that grows with the slow timer. `random`: unpredictable (RFC 6528). */
  initialSequence: 'ticks' | 'random';
  /** First and last local port of outgoing connections. */
  localPorts: readonly [number, number];
  quirks: TcpQuirks;
}

/** Deviations from RFC 9293, each one named, each one can be switched off alone. */
interface TcpQuirks {
  /** A reset anywhere in the window kills the connection; RFC 5961 wants the exact number, or a challenge. */
  inexactResetKills: boolean;
  /** A SYN inside the old window of a TIME_WAIT is reset, one beyond it gets the old acknowledgement for ever. */
  timeWaitRefusesSyn: boolean;
  /** An acknowledgement of data never sent is ignored; RFC 9293 section 3.10.7.4 wants an ACK. */
  ignoresAckOfUnsent: boolean;
  /** A queued segment that exceeds the peer's window waits whole; only one-byte probes go out. */
  neverSplitsSegment: boolean;
  /** A smaller window counts only with new data or a new acknowledgement. */
  ignoresShrinkingWindow: boolean;
  /** Every reset carries an acknowledgement and a window, whatever it answers. */
  resetAlwaysAcknowledges: boolean;
  /** Added to the sequence number of a reset that answers a stray acknowledgement (lwIP bug 34111: 1). */
  strayResetOffset: 0 | 1;
  /**
   * A listening port does not look at RST: with an acknowledgement it gets a reset in return, so that two such systems
   * storm; with a SYN it opens a connection.
   */
  answersResets: boolean;
  /** A FIN that rides on unsent data waits with it for Nagle. */
  nagleHoldsFin: boolean;
  /** In SYN_SENT a reset without the ACK bit counts when its acknowledgement field is right. */
  synSentTakesBareReset: boolean;
  /** The first segment ahead of its turn is kept whole, even where it exceeds the window. */
  keepsEarlyBeyondWindow: boolean;
  /** With a FIN still queued, an acknowledgement of all data sent so far passes for that of the FIN. */
  takesAnyAckForFins: boolean;
  /** Data for a closed application that come with the FIN end the connection without a RST (`tcp_abandon`). */
  forgetsDataWithFin: boolean;
  /** The round trip of an outgoing connection is measured from the SYN to the first acknowledged data. */
  timesSynUntilData: boolean;
  /** A segment that the peer sends after our close is no sign of life for the state's lifetime. */
  closedSideStopsClock: boolean;
  /** A SYN in SYN_SENT without ACK is ignored: no simultaneous open. */
  noSimultaneousOpen: boolean;
  /** A probe of a segment that was sent before takes its byte from a wrong place in the buffer. */
  probesWithWrongByte: boolean;
  /** Connects to broadcast and multicast addresses like to any other. */
  connectsToMany: boolean;
  /** After the last retransmission the connection ends at the next tick, without a wait for the answer. */
  givesUpEarly: boolean;
  /** The SYN is repeated at a steady pace. */
  synWithoutBackoff: boolean;
}
