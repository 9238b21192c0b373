import type { EarlySegment, Pcb } from './pcb.ts';
import { releaseAll } from './pcb-table.ts';
import { after, atOrBefore, distance } from './sequence.ts';
import { FIN } from './tcp-state.ts';
import { incomingLength, type Incoming, type Tcp } from './tcp.ts';

const endOf = (segment: EarlySegment): number => (segment.sequence + segment.data.length) | 0;

/** Queues a segment that lies ahead of its turn; the queue stays in order and free of overlaps. */
export function keepEarly(tcp: Tcp, pcb: Pcb, segment: Incoming): void {
  const { early } = pcb;
  let at = early.findIndex((other) => !after(segment.sequence, other.sequence));
  if (at < 0) at = early.length;
  const previous = early[at - 1];
  const following = early[at];
  if (previous?.fin) return;
  if (following?.sequence === segment.sequence && segment.data.length <= following.data.length) return;
  const charged = tcp.heap.reserve(tcp.memory.segment);
  if (charged === 0) return;

  const fin = (segment.flags & FIN) !== 0;
  const added: EarlySegment = { sequence: segment.sequence, data: segment.data, fin, charged };
  if (previous && after(endOf(previous), added.sequence)) {
    previous.data = previous.data.subarray(0, distance(previous.sequence, added.sequence));
  }
  const isUncut = early.length === 0 && tcp.profile.quirks.keepsEarlyBeyondWindow;
  if (at === early.length && !isUncut) cutAtWindow(pcb, added);
  early.splice(at, 0, added);
  if (added.fin) releaseAll(tcp, early.splice(at + 1));
  else absorbCovered(tcp, early, at);
}

function cutAtWindow(pcb: Pcb, segment: EarlySegment): void {
  const room = pcb.rcvWnd - distance(pcb.rcvNxt, segment.sequence);
  if (segment.data.length + (segment.fin ? 1 : 0) <= room) return;
  segment.fin = false;
  segment.data = segment.data.subarray(0, room);
}

/** Removes followers that the segment at `at` covers, and cuts it where the next one begins. */
function absorbCovered(tcp: Tcp, early: EarlySegment[], at: number): void {
  const segment = early[at] as EarlySegment;
  for (let next = early[at + 1]; next && atOrBefore(endOf(next), endOf(segment)); next = early[at + 1]) {
    segment.fin ||= next.fin;
    releaseAll(tcp, early.splice(at + 1, 1));
  }
  const next = early[at + 1];
  if (next && after(endOf(segment), next.sequence)) {
    segment.data = segment.data.subarray(0, distance(segment.sequence, next.sequence));
  }
}

/** Drops queued segments that one in order covers, inherits their FIN, and cuts it where the queue begins. */
export function trimToEarly(tcp: Tcp, pcb: Pcb, segment: Incoming): void {
  const { early } = pcb;
  const end = (): number => (segment.sequence + incomingLength(segment)) | 0;
  for (let first = early[0]; first && atOrBefore(endOf(first), end()); first = early[0]) {
    if (first.fin) segment.flags |= FIN;
    releaseAll(tcp, early.splice(0, 1));
  }
  const first = early[0];
  if (first && after(end(), first.sequence)) {
    segment.data = segment.data.subarray(0, distance(segment.sequence, first.sequence));
  }
}

/** Takes the first queued segment off, if its turn has come. */
export function nextEarly(tcp: Tcp, pcb: Pcb): EarlySegment | undefined {
  const [first] = pcb.early;
  if (first?.sequence !== pcb.rcvNxt) return undefined;
  pcb.early.shift();
  tcp.heap.release(first.charged);
  return first;
}
