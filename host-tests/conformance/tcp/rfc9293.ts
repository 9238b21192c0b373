import type { delayedAckTimelines, timelines } from './timelines.ts';

type TimelineName = keyof typeof timelines | keyof typeof delayedAckTimelines;

/** What shows that a requirement holds for the profile `correct`, or why it does not apply or is not met. */
type Proof =
  | { timeline: TimelineName }
  /** A test elsewhere: its file, and words of its name. */
  | { test: string; named: string }
  | { met: string }
  | { unmet: string };

export interface Requirement {
  /** Number in RFC 9293 appendix B. */
  must: number;
  subject: string;
  proof: Proof;
}

const HEADER_TEST = 'tools/virtual-board/tcpip/tcp-header.test.ts';
const ADDRESS_TEST = 'host-tests/conformance/tcp/addresses.test.ts';
const URGENT = 'No urgent data: lwIP has none either, and no client of a web server sends it; the pointer is ignored.';
const SOURCE_ROUTE = 'No source routes: IP options are skipped, as hosts that RFC 7126 advises do.';
const ICMP = 'ICMP errors are ignored, as lwIP 1.4 does: connections end by their own timers.';

/** Every MUST and MUST NOT of RFC 9293. */
export const requirements: readonly Requirement[] = [
  {
    must: 1,
    subject: 'windows are unsigned',
    proof: { timeline: 'a small reopening of the window is not worth a segment, a large one is' },
  },
  {
    must: 2,
    subject: 'the sender computes the checksum',
    proof: { met: 'Linux drops what has a wrong one; all TAP tests depend on it.' },
  },
  {
    must: 3,
    subject: 'the receiver checks the checksum',
    proof: { timeline: 'a segment with a wrong checksum is dropped without a word' },
  },
  {
    must: 4,
    subject: 'end of list, no-operation and MSS options',
    proof: { test: HEADER_TEST, named: 'are walked past padding' },
  },
  { must: 5, subject: 'options in any segment', proof: { met: 'parseSegment looks for options in every segment.' } },
  { must: 6, subject: 'unknown options are ignored', proof: { test: HEADER_TEST, named: 'are walked past padding' } },
  { must: 7, subject: 'illegal option lengths', proof: { test: HEADER_TEST, named: 'are given up, not the segment' } },
  {
    must: 8,
    subject: 'clock-driven initial sequence numbers',
    proof: {
      unmet:
        'They are random (from the injected source), which protects against guessing but not against overlap with an old incarnation.',
    },
  },
  {
    must: 9,
    subject: 'the ISN function is not computable from outside',
    proof: { met: 'The numbers come from the random source of the stack.' },
  },
  { must: 10, subject: 'simultaneous open', proof: { timeline: 'simultaneous open' } },
  {
    must: 11,
    subject: 'SYN_RCVD remembers where it came from',
    proof: { timeline: 'a RST in SYN_RCVD ends the connection and leaves the listener' },
  },
  {
    must: 12,
    subject: 'the application learns of a reset',
    proof: { timeline: 'an exact RST ends the connection, and the application is told' },
  },
  {
    must: 13,
    subject: 'TIME_WAIT lasts 2 MSL',
    proof: { timeline: 'close from our side: FIN_WAIT_1, FIN_WAIT_2, TIME_WAIT for 60 s' },
  },
  {
    must: 14,
    subject: 'MSS option sent and received',
    proof: { timeline: 'three-way handshake from the passive side, MSS both ways' },
  },
  {
    must: 15,
    subject: '536 bytes without the option',
    proof: { timeline: 'a peer without MSS option gets 536 bytes' },
  },
  {
    must: 16,
    subject: 'effective send MSS',
    proof: { timeline: 'retransmission after 1 s, doubled each time, and slow start from one segment' },
  },
  { must: 17, subject: 'Nagle can be switched off', proof: { timeline: 'Nagle can be switched off' } },
  {
    must: 18,
    subject: "Karn's rule",
    proof: { met: 'retransmitAll and requeueFirst end the measurement; a segment sent twice is never timed.' },
  },
  {
    must: 19,
    subject: 'back-off, slow start, congestion avoidance',
    proof: { timeline: 'retransmission after 1 s, doubled each time, and slow start from one segment' },
  },
  {
    must: 20,
    subject: 'R1 and R2',
    proof: {
      unmet: 'R2 closes the connection; advice to IP at R1 would have no effect with one interface and one gateway.',
    },
  },
  { must: 21, subject: 'R2 can be set', proof: { met: 'profile.tcp.retries' } },
  {
    must: 22,
    subject: 'the same for SYNs',
    proof: { timeline: 'a SYN that nobody answers is repeated with growing pauses, and the application is told' },
  },
  {
    must: 23,
    subject: 'three minutes at least for a SYN',
    proof: { timeline: 'a SYN that nobody answers is repeated with growing pauses, and the application is told' },
  },
  {
    must: 24,
    subject: 'keep-alive per connection',
    proof: { timeline: 'a keep-alive asks once the connection is idle, and an answer keeps it' },
  },
  {
    must: 25,
    subject: 'keep-alive is off by default',
    proof: { timeline: 'three-way handshake from the passive side, MSS both ways' },
  },
  {
    must: 26,
    subject: 'keep-alive only when idle',
    proof: { timeline: 'a keep-alive asks once the connection is idle, and an answer keeps it' },
  },
  {
    must: 27,
    subject: 'keep-alive interval can be set',
    proof: { timeline: 'a keep-alive asks once the connection is idle, and an answer keeps it' },
  },
  { must: 28, subject: 'two hours by default', proof: { met: 'profile.tcp.keepAliveIdleMs of correct' } },
  {
    must: 29,
    subject: 'one lost probe does not end the connection',
    proof: { met: 'profile.tcp.keepAliveProbes of correct is 9' },
  },
  { must: 30, subject: 'urgent pointer', proof: { unmet: URGENT } },
  { must: 31, subject: 'urgent data of any length', proof: { unmet: URGENT } },
  { must: 32, subject: 'urgent data is told', proof: { unmet: URGENT } },
  { must: 33, subject: 'how much is urgent', proof: { unmet: URGENT } },
  {
    must: 34,
    subject: 'robust against a shrinking window',
    proof: { timeline: 'a window that shrinks behind sent data does no harm' },
  },
  {
    must: 35,
    subject: 'window probing',
    proof: { timeline: 'a closed window is probed with one byte, and opening it sends the rest' },
  },
  {
    must: 36,
    subject: 'the sender probes',
    proof: { timeline: 'a closed window is probed with one byte, and opening it sends the rest' },
  },
  {
    must: 37,
    subject: 'a window may stay closed',
    proof: { timeline: 'a window that stays closed is probed for ever' },
  },
  {
    must: 38,
    subject: 'silly windows, sender',
    proof: { timeline: 'Nagle: one small segment in flight, the next wait together' },
  },
  {
    must: 39,
    subject: 'silly windows, receiver',
    proof: { timeline: 'a small reopening of the window is not worth a segment, a large one is' },
  },
  {
    must: 40,
    subject: 'an ACK is delayed for less than 0.5 s',
    proof: { timeline: 'an acknowledgement is delayed, for less than 0.5 s' },
  },
  { must: 41, subject: 'a passive open disturbs nobody', proof: { met: 'listen touches the list of listeners only.' } },
  {
    must: 42,
    subject: 'several connections on one local port',
    proof: { test: 'host-tests/reference/data/scenarios/015-burst-of-12-syns.json', named: 'burst-of-12-syns' },
  },
  {
    must: 43,
    subject: 'local address in an open',
    proof: { unmet: 'A listener may name one; a connect takes the address of the only interface.' },
  },
  {
    must: 44,
    subject: 'the source address is chosen before the SYN',
    proof: { timeline: 'three-way handshake from the active side' },
  },
  { must: 45, subject: 'the same source address for all segments', proof: { met: 'A pcb keeps its local address.' } },
  {
    must: 46,
    subject: 'no open to a broadcast or multicast address',
    proof: { test: ADDRESS_TEST, named: 'connecting to the broadcast or multicast' },
  },
  { must: 47, subject: 'soft errors are reported', proof: { unmet: ICMP } },
  {
    must: 48,
    subject: 'DiffServ field',
    proof: { unmet: 'Always 0, as with lwIP under the net module, which offers none.' },
  },
  {
    must: 49,
    subject: 'TTL can be set',
    proof: { test: 'host-tests/reference/data/scenarios/062-on-argument-errors.json', named: 'ttl' },
  },
  {
    must: 50,
    subject: 'unknown IP options are ignored',
    proof: { met: 'receivePacket skips them by the header length.' },
  },
  { must: 51, subject: 'source route in an open', proof: { unmet: SOURCE_ROUTE } },
  { must: 52, subject: 'it overrides that of a datagram', proof: { unmet: SOURCE_ROUTE } },
  { must: 53, subject: 'return route', proof: { unmet: SOURCE_ROUTE } },
  { must: 54, subject: 'ICMP errors are acted on', proof: { unmet: ICMP } },
  { must: 55, subject: 'source quench is discarded', proof: { met: ICMP } },
  { must: 56, subject: 'unreachable of codes 0, 1 and 5 ends nothing', proof: { met: ICMP } },
  {
    must: 57,
    subject: 'SYN to a broadcast or multicast address',
    proof: { test: ADDRESS_TEST, named: 'a SYN to or from' },
  },
  { must: 58, subject: 'ACKs are aggregated', proof: { timeline: 'every second segment is acknowledged at once' } },
  {
    must: 59,
    subject: 'everything queued is processed before the ACK',
    proof: { timeline: 'segments out of order are kept, and acknowledged together when the hole is filled' },
  },
  {
    must: 60,
    subject: 'data is not held for ever without PUSH',
    proof: { timeline: 'Nagle: one small segment in flight, the next wait together' },
  },
  { must: 61, subject: 'PSH on the last segment', proof: { timeline: 'a peer without MSS option gets 536 bytes' } },
  { must: 62, subject: 'where the urgent pointer points', proof: { unmet: URGENT } },
  { must: 63, subject: 'SYN from an invalid address', proof: { test: ADDRESS_TEST, named: 'a SYN to or from' } },
  { must: 64, subject: 'options at any alignment', proof: { test: HEADER_TEST, named: 'whatever their alignment' } },
  { must: 65, subject: 'MSS only in SYNs', proof: { timeline: 'three-way handshake from the active side' } },
  {
    must: 66,
    subject: 'RST while the window is closed',
    proof: { timeline: 'a RST is taken while our window is closed' },
  },
  { must: 67, subject: 'MSS by the largest datagram we take', proof: { met: 'MTU 1500 less 40.' } },
  { must: 68, subject: 'options have a length', proof: { test: HEADER_TEST, named: 'are walked past padding' } },
  { must: 69, subject: 'padding is zero', proof: { met: 'The MSS option needs none.' } },
];
