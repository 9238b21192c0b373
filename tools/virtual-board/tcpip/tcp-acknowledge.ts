import { segmentLength, type Pcb, type QueuedSegment } from './pcb.ts';
import { after, atOrBefore, before, within } from './sequence.ts';
import { retransmitFast } from './tcp-retransmit.ts';
import { ACK, FIN, State } from './tcp-state.ts';
import { incomingLength, type Incoming, type Tcp } from './tcp.ts';

const CONGESTION_WINDOW_LIMIT = 0xffff;

/** The acknowledgement field of a segment: window, duplicate ACKs, queues, congestion, round trip. */
export function processAcknowledgment(tcp: Tcp, pcb: Pcb, segment: Incoming): void {
  if ((segment.flags & ACK) === 0) return;
  const oldEdge = (pcb.sndWnd + pcb.sndWl2) | 0;
  updateWindow(tcp, pcb, segment);
  const { acknowledgment } = segment;
  pcb.acked = 0;
  if (atOrBefore(acknowledgment, pcb.sndUna)) countDuplicate(pcb, segment, oldEdge);
  else if (atOrBefore(acknowledgment, pcb.sndNxt)) acceptAcknowledgment(tcp, pcb, acknowledgment);
  dropAcknowledged(tcp, pcb, pcb.unsent, acknowledgment, true);
  measureRoundTrip(tcp, pcb, acknowledgment);
}

function updateWindow(tcp: Tcp, pcb: Pcb, segment: Incoming): void {
  const { sequence, acknowledgment, window } = segment;
  const isNews = tcp.profile.quirks.ignoresShrinkingWindow
    ? before(pcb.sndWl2, acknowledgment)
    : atOrBefore(pcb.sndWl2, acknowledgment);
  const counts =
    before(pcb.sndWl1, sequence) ||
    (pcb.sndWl1 === sequence && isNews) ||
    (pcb.sndWl2 === acknowledgment && window > pcb.sndWnd);
  if (!counts) return;
  pcb.sndWnd = window;
  pcb.sndWl1 = sequence;
  pcb.sndWl2 = acknowledgment;
  if (window > 0) pcb.persistStep = 0;
}

/** A duplicate has no data, the same acknowledgement and an unmoved window edge, while data is in flight. */
function countDuplicate(pcb: Pcb, segment: Incoming, oldEdge: number): void {
  const isDuplicate =
    incomingLength(segment) === 0 &&
    ((pcb.sndWl2 + pcb.sndWnd) | 0) === oldEdge &&
    pcb.retransmitTicks >= 0 &&
    pcb.sndUna === segment.acknowledgment;
  if (!isDuplicate) {
    pcb.duplicateAcks = 0;
    return;
  }
  pcb.duplicateAcks = (pcb.duplicateAcks + 1) & 0xff;
  if (pcb.duplicateAcks === 3) retransmitFast(pcb);
  else if (pcb.duplicateAcks > 3) growWindow(pcb, pcb.mss);
}

function growWindow(pcb: Pcb, bytes: number): void {
  if (pcb.congestionWindow + bytes <= CONGESTION_WINDOW_LIMIT) pcb.congestionWindow += bytes;
}

function acceptAcknowledgment(tcp: Tcp, pcb: Pcb, acknowledgment: number): void {
  if (pcb.fastRecovery) {
    pcb.fastRecovery = false;
    pcb.congestionWindow = pcb.slowStartThreshold;
  }
  pcb.retransmissions = 0;
  pcb.rto = measuredTimeout(tcp, pcb);
  pcb.acked = (acknowledgment - pcb.sndUna) & 0xffff;
  pcb.sendSpace += pcb.acked;
  pcb.duplicateAcks = 0;
  pcb.sndUna = acknowledgment;
  if (pcb.state >= State.established) {
    const isSlowStart = pcb.congestionWindow < pcb.slowStartThreshold;
    growWindow(pcb, isSlowStart ? pcb.mss : Math.floor((pcb.mss * pcb.mss) / pcb.congestionWindow));
  }
  dropAcknowledged(tcp, pcb, pcb.unacked, acknowledgment, false);
  pcb.retransmitTicks = pcb.unacked.length === 0 ? -1 : 0;
  pcb.pollCount = 0;
}

/** Frees segments that are acknowledged whole; in the unsent queue those are ones waiting to be repeated. */
function dropAcknowledged(tcp: Tcp, pcb: Pcb, queue: QueuedSegment[], acknowledgment: number, onlySent: boolean): void {
  for (let first = queue[0]; first; first = queue[0]) {
    const end = (first.sequence + segmentLength(first)) | 0;
    if (onlySent ? !within(acknowledgment, end, pcb.sndNxt) : after(end, acknowledgment)) return;
    queue.shift();
    if (pcb.acked !== 0 && (first.flags & FIN) !== 0) pcb.acked--;
    pcb.sendQueueLength--;
    tcp.heap.release(first.charged);
  }
}

function measureRoundTrip(tcp: Tcp, pcb: Pcb, acknowledgment: number): void {
  if (pcb.timedTick === 0 || !before(pcb.timedSequence, acknowledgment)) return;
  let error = tcp.ticks - pcb.timedTick - (pcb.smoothedRtt >> 3);
  pcb.smoothedRtt += error;
  error = Math.abs(error) - (pcb.rttDeviation >> 2);
  pcb.rttDeviation += error;
  pcb.rto = measuredTimeout(tcp, pcb);
  pcb.timedTick = 0;
}

/** Retransmission timeout in slow ticks, from the round trips seen so far (Jacobson 1988; RFC 6298). */
export function measuredTimeout(tcp: Tcp, pcb: Pcb): number {
  const measured = (pcb.smoothedRtt >> 3) + pcb.rttDeviation;
  return Math.max(measured, tcp.minimumRto);
}
