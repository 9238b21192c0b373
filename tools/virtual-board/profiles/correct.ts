import { nodemcu30 } from './nodemcu-3.0.ts';
import type { BoardProfile } from './profile.ts';
import type { TcpProfile } from './tcp-profile.ts';

/** RFC 9293 without the deviations: what a board could be, and the client end of the localhost gateway. */
export const CORRECT_TCP: TcpProfile = {
  mss: 1460,
  // RFC 9293 section 3.7.1.
  defaultMss: 536,
  // Largest window without scaling (RFC 9293 section 3.1).
  window: 0xffff,
  windowUpdateThreshold: 0x4000,
  sendBuffer: 65_536,
  sendQueue: 256,
  // Delayed acknowledgements within 0.5 s (RFC 9293 section 3.8.6.3); 50 ms.
  fastTickMs: 50,
  polling: undefined,
  // 2 MSL of 30 s: as Linux has it, shorter than the 2 min of RFC 9293 section 3.4.2.
  timeWaitMs: 60_000,
  lastAckMs: 120_000,
  // RFC 9293 knows no end of FIN_WAIT_2; Linux gives 60 s to a closed socket.
  finWait2Ms: 60_000,
  synReceivedMs: 63_000,
  // RFC 6298 sections 2.1 and 2.4.
  initialRtoMs: 1000,
  minimumRtoMs: 1000,
  // R2 of RFC 9293 section 3.8.3: more than 100 s for data, more than 3 minutes for a SYN.
  retries: 12,
  synRetries: 7,
  // RFC 6298 section 5.5: doubled each time.
  backoff: [1, 2, 3, 4, 5, 6, 7],
  persistTicks: [10, 20, 40, 80, 160, 320, 600],
  // RFC 9293 section 3.8.4: not less than two hours.
  keepAliveIdleMs: 7_200_000,
  keepAliveIntervalMs: 75_000,
  keepAliveProbes: 9,
  outOfOrderTimeouts: 12,
  // As Linux: the first segments of a connection are acknowledged at once.
  quickAcks: 16,
  nagle: true,
  splitsToEven: false,
  oneWriteAtATime: false,
  evicts: true,
  admission: undefined,
  initialSequence: 'random',
  // RFC 6335 section 6.
  localPorts: [49_152, 65_535],
  quirks: {
    inexactResetKills: false,
    timeWaitRefusesSyn: false,
    ignoresAckOfUnsent: false,
    neverSplitsSegment: false,
    ignoresShrinkingWindow: false,
    resetAlwaysAcknowledges: false,
    strayResetOffset: 0,
    answersResets: false,
    nagleHoldsFin: false,
    synSentTakesBareReset: false,
    keepsEarlyBeyondWindow: false,
    takesAnyAckForFins: false,
    forgetsDataWithFin: false,
    timesSynUntilData: false,
    closedSideStopsClock: false,
    noSimultaneousOpen: false,
    probesWithWrongByte: false,
    connectsToMany: false,
    givesUpEarly: false,
    synWithoutBackoff: false,
  },
};

export const correct: BoardProfile = {
  ...nodemcu30,
  name: 'correct',
  title: 'the same board with a TCP that follows RFC 9293, and a net module without bugs A to D',
  tcp: CORRECT_TCP,
  net: {
    api: 'lwip',
    connectionSize: 0,
    quirks: {
      withheldFinAck: false,
      staleSocket: false,
      registryCorruption: false,
      brokenAfterError: false,
      killsOldestAt: 0,
      sharedDnsId: false,
      ignoresDnsErrors: false,
      killsClosing: false,
    },
  },
};
