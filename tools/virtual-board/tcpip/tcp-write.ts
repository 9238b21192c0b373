import { concat } from './octets.ts';
import { Err } from './errors.ts';
import type { Pcb, QueuedSegment } from './pcb.ts';
import { isPlain } from './tcp-output.ts';
import { PSH, State } from './tcp-state.ts';
import { releaseAll } from './pcb-table.ts';
import type { Tcp } from './tcp.ts';
import type { Sequence } from './sequence.ts';

/** Queues a copy of `data`, all or nothing; `output` sends it. */
export function write(tcp: Tcp, pcb: Pcb, data: Uint8Array): Err {
  if (!acceptsData(pcb)) return Err.notConnected;
  if (data.length === 0) return Err.ok;
  if (data.length > pcb.sendSpace || pcb.sendQueueLength >= tcp.profile.sendQueue) return refuse(pcb);
  if (tcp.profile.oneWriteAtATime && pcb.sendQueueLength > 0) return refuse(pcb);

  const last = pcb.unsent.at(-1);
  const appended = last ? Math.min(pcb.spareRoom, data.length) : 0;
  const added = createSegments(tcp, pcb, data, appended, segmentSize(tcp, pcb, data.length - appended));
  if (!added) return refuse(pcb);

  if (last && appended > 0) last.data = concat([last.data, data.subarray(0, appended)]);
  pcb.unsent.push(...added);
  const final = added.at(-1) ?? last;
  if (final) final.flags |= PSH;
  pcb.spareRoom = added.length > 0 ? pcb.mss - (final?.data.length ?? 0) : pcb.spareRoom - appended;
  pcb.sndBuffered = (pcb.sndBuffered + data.length) | 0;
  pcb.sendSpace -= data.length;
  pcb.sendQueueLength += added.length;
  return Err.ok;
}

const acceptsData = (pcb: Pcb): boolean =>
  pcb.state === State.established ||
  pcb.state === State.closeWait ||
  pcb.state === State.synSent ||
  pcb.state === State.synReceived;

function refuse(pcb: Pcb): Err {
  pcb.pressed = true;
  return Err.memory;
}

/** The MSS, or what cuts `length` bytes into an even number of equal segments. */
function segmentSize(tcp: Tcp, pcb: Pcb, length: number): number {
  if (!tcp.profile.splitsToEven || length < 2) return pcb.mss;
  const count = Math.ceil(length / pcb.mss);
  return Math.ceil(length / (count + (count & 1)));
}

/** Segments for `data` from `from` on, or undefined when queue or heap has no room for all of them. */
function createSegments(tcp: Tcp, pcb: Pcb, data: Uint8Array, from: number, size: number): QueuedSegment[] | undefined {
  const segments: QueuedSegment[] = [];
  for (let at = from; at < data.length; at += size) {
    const fitsQueue = pcb.sendQueueLength + segments.length < tcp.profile.sendQueue;
    const sequence = (pcb.sndBuffered + at) | 0;
    // The buffer is made for a whole segment whatever its length (lwipopts.h LWIP_NETIF_TX_SINGLE_PBUF).
    const segment = fitsQueue ? createSegment(tcp, sequence, 0, data.slice(at, at + size), pcb.mss) : undefined;
    if (!segment) {
      releaseAll(tcp, segments);
      return undefined;
    }
    segments.push(segment);
  }
  return segments;
}

/** Undefined when the heap has no room for the descriptor and a buffer of `capacity` bytes. */
function createSegment(
  tcp: Tcp,
  sequence: Sequence,
  flags: number,
  data: Uint8Array,
  capacity: number,
  withMss = false,
): QueuedSegment | undefined {
  const buffer = tcp.heap.reserve(tcp.memory.packetBuffer + capacity);
  if (buffer === 0) return undefined;
  const descriptor = tcp.heap.reserve(tcp.memory.segment);
  if (descriptor === 0) {
    tcp.heap.release(buffer);
    return undefined;
  }
  return { sequence, flags, data, withMss, charged: buffer + descriptor };
}

const NO_DATA = new Uint8Array(0);

/** Queues a SYN or FIN of its own. */
export function queueControl(tcp: Tcp, pcb: Pcb, flags: number, withMss: boolean): Err {
  if (pcb.sendQueueLength >= tcp.profile.sendQueue) return refuse(pcb);
  if (pcb.sendSpace === 0) return Err.memory;
  const segment = createSegment(tcp, pcb.sndBuffered, flags, NO_DATA, withMss ? 4 : 0, withMss);
  if (!segment) return refuse(pcb);
  pcb.unsent.push(segment);
  pcb.spareRoom = 0;
  pcb.sndBuffered = (pcb.sndBuffered + 1) | 0;
  pcb.sendSpace--;
  pcb.sendQueueLength++;
  return Err.ok;
}

/** Queues a FIN: on the last unsent segment when there is one, else as a segment of its own. */
export function queueFin(tcp: Tcp, pcb: Pcb, fin: number): Err {
  const last = pcb.unsent.at(-1);
  if (last && isPlain(last)) {
    last.flags |= fin;
    pcb.spareRoom = 0;
    pcb.finPressed = !tcp.profile.quirks.nagleHoldsFin;
    return Err.ok;
  }
  const error = queueControl(tcp, pcb, fin, false);
  if (error === Err.ok) pcb.finPressed = true;
  return error;
}
