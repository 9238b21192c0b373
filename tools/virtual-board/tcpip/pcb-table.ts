import type { Ipv4Address } from './address.ts';
import { ANY_ADDRESS } from './address.ts';
import type { EarlySegment, Listener, Pcb, QueuedSegment } from './pcb.ts';
import { State } from './tcp-state.ts';
import type { PcbList, Tcp } from './tcp.ts';

const bucketOf = (remotePort: number, localPort: number): number => remotePort * 0x10000 + localPort;

/** The connection of a segment; active ones win over TIME_WAIT. An active one moves to the front of its list. */
export function findPcb(
  tcp: Tcp,
  remoteAddress: Ipv4Address,
  remotePort: number,
  localAddress: Ipv4Address,
  localPort: number,
): Pcb | undefined {
  let waiting: Pcb | undefined;
  for (let pcb = tcp.buckets.get(bucketOf(remotePort, localPort)); pcb; pcb = pcb.nextInBucket) {
    if (pcb.remoteAddress !== remoteAddress || pcb.localAddress !== localAddress) continue;
    if (pcb.state !== State.timeWait) {
      moveToFront(tcp.active, pcb);
      return pcb;
    }
    waiting = pcb;
  }
  return waiting;
}

/** A listener bound to exactly this address wins over one bound to any. */
export function findListener(tcp: Tcp, address: Ipv4Address, port: number): Listener | undefined {
  let any: Listener | undefined;
  for (const listener of tcp.listeners) {
    if (listener.port !== port) continue;
    if (listener.address === address) return listener;
    if (listener.address === ANY_ADDRESS) any = listener;
  }
  return any;
}

/** Puts a pcb with its addresses set on the active list. */
export function activate(tcp: Tcp, pcb: Pcb, state: State): void {
  pushFront(tcp.active, pcb);
  const bucket = bucketOf(pcb.remotePort, pcb.localPort);
  pcb.nextInBucket = tcp.buckets.get(bucket);
  tcp.buckets.set(bucket, pcb);
  setState(tcp, pcb, state);
}

/** Keeps count of the connections that chose this local port. */
export function countPort(tcp: Tcp, port: number, change: number): void {
  const count = (tcp.portUse.get(port) ?? 0) + change;
  if (count === 0) tcp.portUse.delete(port);
  else tcp.portUse.set(port, count);
}

export function setState(tcp: Tcp, pcb: Pcb, to: State): void {
  const from = pcb.state;
  if (from === to) return;
  if (from !== State.closed) tcp.counts[from] = (tcp.counts[from] ?? 0) - 1;
  if (to !== State.closed) tcp.counts[to] = (tcp.counts[to] ?? 0) + 1;
  pcb.state = to;
  tcp.onState(pcb, from, to);
}

/** Drops all queues of an active pcb and lets it wait out its quiet time. */
export function enterTimeWait(tcp: Tcp, pcb: Pcb): void {
  purge(tcp, pcb);
  unlink(tcp.active, pcb);
  pushFront(tcp.timeWait, pcb);
  setState(tcp, pcb, State.timeWait);
}

/** Takes the pcb off every list and empties its queues. Harmless when done before. */
export function retirePcb(tcp: Tcp, pcb: Pcb): void {
  purge(tcp, pcb);
  if (pcb.state === State.closed) return;
  unlink(pcb.state === State.timeWait ? tcp.timeWait : tcp.active, pcb);
  unlinkBucket(tcp, pcb);
  if (pcb.ownsPort) countPort(tcp, pcb.localPort, -1);
  setState(tcp, pcb, State.closed);
}

/** Retires the pcb and gives its memory back. Harmless when done before. */
export function freePcb(tcp: Tcp, pcb: Pcb): void {
  retirePcb(tcp, pcb);
  tcp.heap.release(pcb.charged);
  pcb.charged = 0;
}

/** Frees what is queued in either direction. */
function purge(tcp: Tcp, pcb: Pcb): void {
  releaseAll(tcp, pcb.unsent);
  releaseAll(tcp, pcb.unacked);
  releaseAll(tcp, pcb.early);
  pcb.refused = undefined;
  pcb.retransmitTicks = -1;
  pcb.spareRoom = 0;
}

export function releaseAll(tcp: Tcp, segments: (QueuedSegment | EarlySegment)[]): void {
  if (segments.length === 0) return;
  for (const segment of segments) tcp.heap.release(segment.charged);
  segments.length = 0;
}

/** The pcb whose last sign of life is longest ago; among equals the one furthest back in the list. */
export function longestIdle(tcp: Tcp, list: PcbList): Pcb | undefined {
  let idlest: Pcb | undefined;
  let longest = -1;
  for (let pcb = list.first; pcb; pcb = pcb.next) {
    const idle = tcp.ticks - pcb.touchedTick;
    if (idle >= longest) [idlest, longest] = [pcb, idle];
  }
  return idlest;
}

function pushFront(list: PcbList, pcb: Pcb): void {
  pcb.previous = undefined;
  pcb.next = list.first;
  if (list.first) list.first.previous = pcb;
  else list.last = pcb;
  list.first = pcb;
  list.size++;
}

function unlink(list: PcbList, pcb: Pcb): void {
  if (pcb.previous) pcb.previous.next = pcb.next;
  else list.first = pcb.next;
  if (pcb.next) pcb.next.previous = pcb.previous;
  else list.last = pcb.previous;
  pcb.previous = undefined;
  pcb.next = undefined;
  list.size--;
}

function moveToFront(list: PcbList, pcb: Pcb): void {
  if (list.first === pcb) return;
  unlink(list, pcb);
  pushFront(list, pcb);
}

function unlinkBucket(tcp: Tcp, pcb: Pcb): void {
  const bucket = bucketOf(pcb.remotePort, pcb.localPort);
  const first = tcp.buckets.get(bucket);
  if (first === pcb) {
    if (pcb.nextInBucket) tcp.buckets.set(bucket, pcb.nextInBucket);
    else tcp.buckets.delete(bucket);
  } else {
    for (let other = first; other; other = other.nextInBucket) {
      if (other.nextInBucket === pcb) other.nextInBucket = pcb.nextInBucket;
    }
  }
  pcb.nextInBucket = undefined;
}
