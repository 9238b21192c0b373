import type { Pcb } from './pcb.ts';
import { insertInOrder, output } from './tcp-output.ts';
import type { Tcp } from './tcp.ts';

/** After a timeout everything in flight goes out again, as far as the windows allow. */
export function retransmitAll(tcp: Tcp, pcb: Pcb): void {
  if (pcb.unacked.length === 0) return;
  pcb.unsent.unshift(...pcb.unacked);
  pcb.unacked.length = 0;
  pcb.retransmissions++;
  // Karn: a segment sent twice is not timed.
  pcb.timedTick = 0;
  output(tcp, pcb);
}

/** Queues the oldest segment in flight again; the caller's `output` sends it. */
export function requeueFirst(pcb: Pcb): void {
  const segment = pcb.unacked.shift();
  if (!segment) return;
  insertInOrder(pcb.unsent, segment);
  if (pcb.unsent.at(-1) === segment) pcb.spareRoom = 0;
  pcb.retransmissions++;
  pcb.timedTick = 0;
}

/** Third duplicate acknowledgement (RFC 5681 section 3.2). */
export function retransmitFast(pcb: Pcb): void {
  if (pcb.unacked.length === 0 || pcb.fastRecovery) return;
  requeueFirst(pcb);
  const inFlight = Math.min(pcb.congestionWindow, pcb.sndWnd);
  pcb.slowStartThreshold = Math.max(inFlight >> 1, 2 * pcb.mss);
  pcb.congestionWindow = pcb.slowStartThreshold + 3 * pcb.mss;
  pcb.fastRecovery = true;
}
