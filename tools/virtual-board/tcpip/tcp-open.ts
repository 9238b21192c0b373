import { isMulticast, type Ipv4Address } from './address.ts';
import { Err } from './errors.ts';
import { isBroadcast, MTU } from './interface.ts';
import { IPV4_HEADER } from './ipv4.ts';
import type { Listener, Pcb, TcpEvents } from './pcb.ts';
import { activate, countPort, freePcb, longestIdle } from './pcb-table.ts';
import { abort } from './tcp-close.ts';
import { TCP_HEADER } from './tcp-header.ts';
import { output } from './tcp-output.ts';
import type { Sequence } from './sequence.ts';
import { ACK, State, SYN } from './tcp-state.ts';
import { ensureTimer } from './tcp-timers.ts';
import { queueControl } from './tcp-write.ts';
import { inTicks, nextSequence, type Incoming, type Tcp } from './tcp.ts';

/** What fits a packet on Ethernet, whatever the peer could take (RFC 9293 section 3.7.1). */
const effectiveMss = (tcp: Tcp, offered: number | undefined): number =>
  Math.min(offered ?? tcp.profile.defaultMss, tcp.profile.mss, MTU - IPV4_HEADER - TCP_HEADER);

/** A control block in state CLOSED, on no list. Undefined when neither heap nor eviction gives room. */
export function createPcb(tcp: Tcp, events: TcpEvents): Pcb | undefined {
  const charged = reservePcb(tcp);
  if (charged === 0) return undefined;
  const { profile } = tcp;
  const iss = nextSequence(tcp);
  const initialRto = inTicks(tcp, profile.initialRtoMs);
  return {
    state: State.closed,
    events,
    owner: undefined,
    localAddress: 0,
    localPort: 0,
    ownsPort: false,
    remoteAddress: 0,
    remotePort: 0,
    ttl: tcp.netif.ttl,
    rcvNxt: 0,
    rcvWnd: profile.window,
    announcedWindow: profile.window,
    announcedEdge: 0,
    sndNxt: iss,
    sndUna: iss,
    sndWnd: 0,
    sndWl1: 0,
    sndWl2: iss,
    sndBuffered: iss,
    mss: effectiveMss(tcp, undefined),
    ackDelayed: false,
    ackNow: false,
    fastRecovery: false,
    receiveClosed: false,
    finPressed: false,
    nagle: profile.nagle,
    pressed: false,
    touchedTick: tcp.ticks,
    retransmitTicks: -1,
    timedTick: 0,
    timedSequence: 0,
    smoothedRtt: 0,
    rttDeviation: initialRto,
    rto: initialRto,
    retransmissions: 0,
    duplicateAcks: 0,
    congestionWindow: 1,
    slowStartThreshold: 0,
    persistCount: 0,
    persistStep: 0,
    keepAliveMs: undefined,
    keepAliveProbes: profile.keepAliveProbes,
    keepAliveSent: 0,
    segmentsSeen: 0,
    pollTicks: 0,
    pollCount: 0,
    acked: 0,
    sendSpace: profile.sendBuffer,
    sendQueueLength: 0,
    spareRoom: 0,
    unsent: [],
    unacked: [],
    early: [],
    refused: undefined,
    charged,
    previous: undefined,
    next: undefined,
    nextInBucket: undefined,
  };
}

/** lwIP evicts only here: the oldest TIME_WAIT, then the longest idle connection (facts: eviction). */
function reservePcb(tcp: Tcp): number {
  const { heap, memory } = tcp;
  let charged = heap.reserve(memory.pcb);
  if (!tcp.profile.evicts) return charged;
  const oldest = charged === 0 ? longestIdle(tcp, tcp.timeWait) : undefined;
  if (oldest) {
    freePcb(tcp, oldest);
    charged = heap.reserve(memory.pcb);
  }
  const idlest = charged === 0 ? longestIdle(tcp, tcp.active) : undefined;
  if (idlest) {
    abort(tcp, idlest);
    charged = heap.reserve(memory.pcb);
  }
  return charged;
}

/** Accepts connections to a port, 0 = any free one. `Err.inUse`: somebody listens there already. */
export function listen(tcp: Tcp, address: Ipv4Address, wanted: number, events: TcpEvents): Listener | Err {
  const port = wanted === 0 ? (takePort(tcp)?.port ?? 0) : wanted;
  const overlaps = (other: Listener): boolean => other.port === port && other.address === address;
  if (tcp.listeners.some(overlaps)) return Err.inUse;
  const charged = tcp.heap.reserve(tcp.memory.listener);
  if (charged === 0) return Err.memory;
  const listener: Listener = { port, address, events, owner: undefined, keepAliveMs: undefined, charged };
  tcp.listeners.unshift(listener);
  ensureTimer(tcp);
  return listener;
}

export function stopListening(tcp: Tcp, listener: Listener): void {
  const at = tcp.listeners.indexOf(listener);
  if (at < 0) return;
  tcp.listeners.splice(at, 1);
  tcp.heap.release(listener.charged);
}

/** Sends a SYN from a fresh pcb. */
export function connect(tcp: Tcp, pcb: Pcb, address: Ipv4Address, port: number): Err {
  if (pcb.state !== State.closed) return Err.alreadyConnected;
  if (tcp.netif.address === 0) return Err.routing;
  const isToMany = isBroadcast(tcp.netif, address) || isMulticast(address);
  if (isToMany && !tcp.profile.quirks.connectsToMany) return Err.value;
  pcb.remoteAddress = address;
  pcb.remotePort = port;
  pcb.localAddress = tcp.netif.address;
  const taken = takePort(tcp);
  if (!taken) return Err.inUse;
  pcb.localPort = taken.port;
  const iss = taken.after === undefined ? nextSequence(tcp) : (taken.after + tcp.profile.window) | 0;
  pcb.sndNxt = iss;
  pcb.sndUna = (iss - 1) | 0;
  pcb.sndBuffered = (iss - 1) | 0;
  pcb.sndWnd = tcp.profile.window;
  pcb.congestionWindow = 1;
  pcb.slowStartThreshold = pcb.mss * 10;
  const error = queueControl(tcp, pcb, SYN, true);
  if (error !== Err.ok) return error;
  pcb.ownsPort = true;
  countPort(tcp, pcb.localPort, 1);
  activate(tcp, pcb, State.synSent);
  ensureTimer(tcp);
  output(tcp, pcb);
  return Err.ok;
}

/** Tries at random before a port in TIME_WAIT is taken over. */
const PORT_TRIES = 64;

/**
 * A random free port. With none to be found, that of the oldest connection in TIME_WAIT, whose sequence numbers ours then
 * go beyond (RFC 9293 section 3.6.1); undefined when there is no such connection either.
 */
function takePort(tcp: Tcp): { port: number; after: Sequence | undefined } | undefined {
  const [first, last] = tcp.profile.localPorts;
  for (let tries = 0; tries < PORT_TRIES; tries++) {
    const port = first + Math.floor(tcp.netif.random() * (last - first + 1));
    const isUsed = tcp.portUse.has(port) || tcp.listeners.some((listener) => listener.port === port);
    if (!isUsed) return { port, after: undefined };
  }
  const oldest = tcp.timeWait.last;
  if (!oldest) return undefined;
  freePcb(tcp, oldest);
  return { port: oldest.localPort, after: oldest.sndNxt };
}

/** Answers a SYN to a listening port, or drops it: at the limit of connections, or without heap. */
export function acceptSyn(tcp: Tcp, listener: Listener, segment: Incoming): void {
  if (isFull(tcp)) return;
  const pcb = createPcb(tcp, listener.events);
  if (!pcb) return;
  pcb.owner = listener.owner;
  pcb.keepAliveMs = listener.keepAliveMs;
  pcb.localAddress = segment.destination;
  pcb.localPort = listener.port;
  pcb.remoteAddress = segment.source;
  pcb.remotePort = segment.sourcePort;
  pcb.rcvNxt = (segment.sequence + 1) | 0;
  pcb.announcedEdge = pcb.rcvNxt;
  pcb.sndWnd = segment.window;
  pcb.slowStartThreshold = segment.window;
  pcb.sndWl1 = (segment.sequence - 1) | 0;
  pcb.mss = effectiveMss(tcp, offeredMss(tcp, segment));
  activate(tcp, pcb, State.synReceived);
  ensureTimer(tcp);
  if (queueControl(tcp, pcb, SYN | ACK, true) === Err.ok) output(tcp, pcb);
  else abort(tcp, pcb, false);
}

/** An MSS of 0 means ours. */
const offeredMss = (tcp: Tcp, segment: Incoming): number | undefined =>
  segment.mss === 0 ? tcp.profile.mss : segment.mss;

export function applyMss(tcp: Tcp, pcb: Pcb, segment: Incoming): void {
  if (segment.mss !== undefined) pcb.mss = effectiveMss(tcp, offeredMss(tcp, segment));
}

function isFull(tcp: Tcp): boolean {
  const { admission } = tcp.profile;
  if (!admission) return false;
  return (admission.counts === 'active' ? tcp.active.size : tcp.counts[State.established]) === admission.limit;
}
