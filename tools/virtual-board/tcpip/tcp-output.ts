import { PSH, ACK, FIN, RST, State, SYN } from './tcp-state.ts';
import { segmentLength, type Pcb, type QueuedSegment } from './pcb.ts';
import { after, before, distance, type Sequence } from './sequence.ts';
import { sendSegment } from './tcp-header.ts';
import type { Incoming, Tcp } from './tcp.ts';
import { incomingLength } from './tcp.ts';

/** Sends what windows, Nagle and queue allow, and an acknowledgement that is due. Nothing while its segment is in hand. */
export function output(tcp: Tcp, pcb: Pcb): void {
  if (tcp.inHand === pcb || pcb.state === State.closed) return;
  const window = Math.min(pcb.sndWnd, pcb.congestionWindow);
  const first = pcb.unsent[0];
  if (pcb.ackNow && (!first || !fits(pcb, first, window))) {
    sendAck(tcp, pcb);
    if (!first || tcp.profile.quirks.neverSplitsSegment) return;
  }
  for (let segment = pcb.unsent[0]; segment; segment = pcb.unsent[0]) {
    if (!mayLeave(pcb)) break;
    if (!fits(pcb, segment, window) && !splitToFit(tcp, pcb, segment, window)) break;
    sendQueued(tcp, pcb);
  }
  if (pcb.unsent.length === 0) pcb.spareRoom = 0;
  startProbing(pcb);
  pcb.pressed = false;
}

/** In the arithmetic of sequence numbers: a segment to be repeated may begin before what was acknowledged last. */
const fits = (pcb: Pcb, segment: QueuedSegment, window: number): boolean =>
  distance(pcb.sndUna, segment.sequence + segment.data.length) <= window;

/** Nagle (RFC 9293 section 3.7.4), as lwIP writes it. */
function mayLeave(pcb: Pcb): boolean {
  if (pcb.unacked.length === 0 || !pcb.nagle || pcb.fastRecovery || pcb.pressed || pcb.finPressed) return true;
  return pcb.unsent.length > 1 || (pcb.unsent[0]?.data.length ?? 0) >= pcb.mss;
}

/** Cuts the first unsent segment at the peer's window, unless that would make a silly segment (RFC 9293 section 3.8.6.2.1). */
function splitToFit(tcp: Tcp, pcb: Pcb, segment: QueuedSegment, window: number): boolean {
  if (tcp.profile.quirks.neverSplitsSegment || pcb.congestionWindow < pcb.sndWnd) return false;
  const room = window - distance(pcb.sndUna, segment.sequence);
  if (room <= 0 || (pcb.unacked.length > 0 && room < pcb.mss / 2)) return false;
  const charged = tcp.heap.reserve(tcp.memory.packetBuffer + room);
  if (charged === 0) return false;
  const head = { ...segment, data: segment.data.subarray(0, room), flags: segment.flags & ~(PSH | FIN), charged };
  const tail = { ...segment, sequence: (segment.sequence + room) | 0, data: segment.data.subarray(room) };
  pcb.unsent.splice(0, 1, head, tail);
  pcb.sendQueueLength++;
  return true;
}

function sendQueued(tcp: Tcp, pcb: Pcb): void {
  const segment = pcb.unsent.shift();
  if (!segment) return;
  if (pcb.state !== State.synSent) {
    segment.flags |= ACK;
    pcb.ackDelayed = false;
    pcb.ackNow = false;
  }
  announceWindow(pcb);
  if (pcb.retransmitTicks === -1) pcb.retransmitTicks = 0;
  if (pcb.timedTick === 0) {
    pcb.timedTick = tcp.ticks;
    pcb.timedSequence = segment.sequence;
  }
  transmit(tcp, pcb, segment.flags, segment.sequence, segment.data, segment.withMss);
  const end = (segment.sequence + segmentLength(segment)) | 0;
  if (before(pcb.sndNxt, end)) pcb.sndNxt = end;
  insertInOrder(pcb.unacked, segment);
}

export function insertInOrder(queue: QueuedSegment[], segment: QueuedSegment): void {
  let at = queue.length;
  while (at > 0 && after((queue[at - 1] as QueuedSegment).sequence, segment.sequence)) at--;
  if (at === queue.length) queue.push(segment);
  else queue.splice(at, 0, segment);
}

function startProbing(pcb: Pcb): void {
  const first = pcb.unsent[0];
  if (first && pcb.persistStep === 0 && !fits(pcb, first, pcb.sndWnd)) {
    pcb.persistCount = 0;
    pcb.persistStep = 1;
  }
}

/** An empty acknowledgement, now. Like any pbuf it needs heap for a moment. */
export function sendAck(tcp: Tcp, pcb: Pcb): void {
  if (!hasRoom(tcp, 0)) return;
  pcb.ackDelayed = false;
  pcb.ackNow = false;
  announceWindow(pcb);
  transmit(tcp, pcb, ACK, pcb.sndNxt, undefined, false);
}

/** Asks an idle peer for a sign of life with an already acknowledged sequence number (RFC 9293 section 3.8.4). */
export function sendKeepAlive(tcp: Tcp, pcb: Pcb): void {
  if (!hasRoom(tcp, 0)) return;
  announceWindow(pcb);
  transmit(tcp, pcb, ACK, (pcb.sndNxt - 1) | 0, undefined, false);
}

/** One byte, or the FIN, beyond a closed window (RFC 9293 section 3.8.6.1). */
export function sendWindowProbe(tcp: Tcp, pcb: Pcb): void {
  const wasSent = pcb.unacked[0];
  const segment = wasSent ?? pcb.unsent[0];
  if (!segment || !hasRoom(tcp, 1)) return;
  announceWindow(pcb);
  if ((segment.flags & FIN) !== 0 && segment.data.length === 0) {
    transmit(tcp, pcb, ACK | FIN, segment.sequence, undefined, false);
    return;
  }
  const data = segment.data.slice(0, 1);
  if (wasSent && tcp.profile.quirks.probesWithWrongByte) data[0] = 0;
  transmit(tcp, pcb, ACK, segment.sequence, data, false);
}

function announceWindow(pcb: Pcb): void {
  pcb.announcedEdge = (pcb.rcvNxt + pcb.announcedWindow) | 0;
}

export const hasRoom = (tcp: Tcp, length: number): boolean => tcp.heap.free() > tcp.memory.packetBuffer + length;

function transmit(
  tcp: Tcp,
  pcb: Pcb,
  flags: number,
  sequence: Sequence,
  data: Uint8Array | undefined,
  withMss: boolean,
): void {
  sendSegment(tcp.netif, {
    source: pcb.localAddress,
    destination: pcb.remoteAddress,
    sourcePort: pcb.localPort,
    destinationPort: pcb.remotePort,
    sequence,
    acknowledgment: (flags & ACK) === 0 ? 0 : pcb.rcvNxt,
    flags,
    window: pcb.announcedWindow,
    mss: withMss ? tcp.profile.mss : undefined,
    data,
    ttl: pcb.ttl,
  });
}

/** Resets the connection of a pcb, from our side. */
export function sendReset(tcp: Tcp, pcb: Pcb): void {
  if (!hasRoom(tcp, 0)) return;
  sendSegment(tcp.netif, {
    source: pcb.localAddress,
    destination: pcb.remoteAddress,
    sourcePort: pcb.localPort,
    destinationPort: pcb.remotePort,
    sequence: pcb.sndNxt,
    acknowledgment: pcb.rcvNxt,
    flags: RST | ACK,
    window: tcp.profile.window,
    mss: undefined,
    data: undefined,
    ttl: tcp.netif.ttl,
  });
}

/** Resets whoever sent `segment` (RFC 9293 section 3.10.7.1). `offset`: error in the sequence number, a quirk. */
export function resetSender(tcp: Tcp, segment: Incoming, offset = 0): void {
  if (!hasRoom(tcp, 0)) return;
  const { resetAlwaysAcknowledges } = tcp.profile.quirks;
  const acknowledges = (segment.flags & ACK) !== 0;
  const bare = acknowledges && !resetAlwaysAcknowledges;
  sendSegment(tcp.netif, {
    source: segment.destination,
    destination: segment.source,
    sourcePort: segment.destinationPort,
    destinationPort: segment.sourcePort,
    sequence: acknowledges || resetAlwaysAcknowledges ? (segment.acknowledgment + offset) | 0 : 0,
    acknowledgment: bare ? 0 : (segment.sequence + incomingLength(segment)) | 0,
    flags: bare ? RST : RST | ACK,
    window: bare ? 0 : tcp.profile.window,
    mss: undefined,
    data: undefined,
    ttl: tcp.netif.ttl,
  });
}

export const isPlain = (segment: QueuedSegment): boolean => (segment.flags & (SYN | FIN | RST)) === 0;
