import type { Pcb } from './pcb.ts';
import { releaseAll } from './pcb-table.ts';
import { after, before, distance, within } from './sequence.ts';
import { processAcknowledgment } from './tcp-acknowledge.ts';
import { keepEarly, nextEarly, trimToEarly } from './tcp-early.ts';
import { output, sendAck } from './tcp-output.ts';
import { FIN, SYN } from './tcp-state.ts';
import { incomingLength, type Incoming, type Tcp } from './tcp.ts';

/** Acknowledgement and data of a segment for an open connection; leaves data in order in `tcp.arrived`. */
export function receive(tcp: Tcp, pcb: Pcb, segment: Incoming): void {
  processAcknowledgment(tcp, pcb, segment);
  const length = incomingLength(segment);
  if (length === 0) {
    if (!isInWindow(pcb, segment.sequence)) pcb.ackNow = true;
    return;
  }
  dropOldPart(pcb, segment, length);
  if (!isInWindow(pcb, segment.sequence)) {
    sendAck(tcp, pcb);
  } else if (segment.sequence === pcb.rcvNxt) {
    takeInOrder(tcp, pcb, segment);
  } else {
    sendAck(tcp, pcb);
    keepEarly(tcp, pcb, segment);
  }
}

const isInWindow = (pcb: Pcb, sequence: number): boolean =>
  within(sequence, pcb.rcvNxt, (pcb.rcvNxt + pcb.rcvWnd - 1) | 0);

/** Cuts off what was received before; a segment that is all old is acknowledged at once. */
function dropOldPart(pcb: Pcb, segment: Incoming, length: number): void {
  if (!before(segment.sequence, pcb.rcvNxt)) return;
  const last = (segment.sequence + length - 1) | 0;
  if (before(last, pcb.rcvNxt)) {
    pcb.ackNow = true;
    return;
  }
  segment.data = segment.data.subarray(distance(segment.sequence, pcb.rcvNxt));
  segment.sequence = pcb.rcvNxt;
}

function takeInOrder(tcp: Tcp, pcb: Pcb, segment: Incoming): void {
  cutAtWindow(pcb, segment);
  if (pcb.early.length > 0) {
    if ((segment.flags & FIN) !== 0) releaseAll(tcp, pcb.early);
    else trimToEarly(tcp, pcb, segment);
  }
  advance(tcp, pcb, segment.data, (segment.flags & FIN) !== 0, (segment.flags & SYN) !== 0);
  for (let early = nextEarly(tcp, pcb); early; early = nextEarly(tcp, pcb)) {
    advance(tcp, pcb, early.data, early.fin, false);
  }
  scheduleAck(tcp, pcb);
}

/** What exceeds our window is not taken, and a FIN behind it neither. */
function cutAtWindow(pcb: Pcb, segment: Incoming): void {
  const room = pcb.rcvWnd - distance(pcb.rcvNxt, segment.sequence);
  if (incomingLength(segment) <= room) return;
  segment.flags &= ~FIN;
  segment.data = segment.data.subarray(0, (segment.flags & SYN) === 0 ? room : room - 1);
}

function advance(tcp: Tcp, pcb: Pcb, data: Uint8Array, fin: boolean, syn: boolean): void {
  const length = data.length + (fin || syn ? 1 : 0);
  pcb.rcvNxt = (pcb.rcvNxt + length) | 0;
  pcb.rcvWnd = (pcb.rcvWnd - length) & 0xffff;
  updateAnnouncedWindow(tcp, pcb);
  if (data.length > 0) tcp.arrived.push(data);
  if (fin) tcp.finArrived = true;
}

/** Every second segment is acknowledged at once, and the first ones of a connection where the profile says so. */
function scheduleAck(tcp: Tcp, pcb: Pcb): void {
  const isQuick = pcb.segmentsSeen < tcp.profile.quickAcks;
  pcb.segmentsSeen++;
  if (pcb.ackDelayed || isQuick) {
    pcb.ackDelayed = false;
    pcb.ackNow = true;
  } else {
    pcb.ackDelayed = true;
  }
}

/** Announces a larger window only when it grew by a segment or half of it (RFC 9293 section 3.8.6.2.2). Returns the growth. */
function updateAnnouncedWindow(tcp: Tcp, pcb: Pcb): number {
  const edge = (pcb.rcvNxt + pcb.rcvWnd) | 0;
  const worthwhile = (pcb.announcedEdge + Math.min(tcp.profile.window >> 1, pcb.mss)) | 0;
  if (!before(edge, worthwhile)) {
    pcb.announcedWindow = pcb.rcvWnd;
    return distance(pcb.announcedEdge, edge);
  }
  pcb.announcedWindow = after(pcb.rcvNxt, pcb.announcedEdge) ? 0 : distance(pcb.rcvNxt, pcb.announcedEdge);
  return 0;
}

/** The application has taken `bytes`: opens the window, and says so when that is worth a segment. */
export function recved(tcp: Tcp, pcb: Pcb, bytes: number): void {
  pcb.rcvWnd = Math.min(pcb.rcvWnd + bytes, tcp.profile.window);
  if (updateAnnouncedWindow(tcp, pcb) < tcp.profile.windowUpdateThreshold) return;
  pcb.ackNow = true;
  output(tcp, pcb);
}
