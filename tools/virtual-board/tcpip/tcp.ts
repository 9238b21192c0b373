import type { TcpProfile } from '../profiles/tcp-profile.ts';
import type { DeviceHeap } from '../heap.ts';
import type { Ipv4Address } from './address.ts';
import type { NetworkInterface } from './interface.ts';
import type { Listener, Pcb } from './pcb.ts';
import type { Sequence } from './sequence.ts';
import { State } from './tcp-state.ts';
import type { Timer } from '../clock.ts';

/** What control blocks and buffers cost; payload bytes, the heap adds its own overhead. */
export interface TcpMemory {
  readonly pcb: number;
  readonly listener: number;
  readonly segment: number;
  /** A packet buffer without its data: link, IP and TCP headers included. */
  readonly packetBuffer: number;
}

/** A doubly linked list of pcbs, newest or most recently used first. */
export interface PcbList {
  first: Pcb | undefined;
  last: Pcb | undefined;
  size: number;
}

/** The segment in hand; trimmed as it is processed. */
export interface Incoming {
  source: Ipv4Address;
  destination: Ipv4Address;
  sourcePort: number;
  destinationPort: number;
  sequence: Sequence;
  acknowledgment: Sequence;
  flags: number;
  window: number;
  /** From the MSS option; undefined without one. */
  mss: number | undefined;
  data: Uint8Array;
}

export const incomingLength = (segment: Incoming): number => segment.data.length + ((segment.flags & 3) === 0 ? 0 : 1);

/** One TCP: its tables, timers and the rules it follows. */
export interface Tcp {
  readonly netif: NetworkInterface;
  readonly profile: TcpProfile;
  readonly memory: TcpMemory;
  readonly heap: DeviceHeap;
  readonly active: PcbList;
  readonly timeWait: PcbList;
  readonly listeners: Listener[];
  /** Slow ticks below which no retransmission timeout goes. */
  readonly minimumRto: number;
  readonly buckets: Map<number, Pcb>;
  /** Connections per local port. */
  readonly portUse: Map<number, number>;
  /** Pcbs per state, indexed by State. */
  readonly counts: number[];
  /** Slow ticks since boot. */
  ticks: number;
  /** Rounds of the fast timer. */
  rounds: number;
  timer: Timer | undefined;
  lastSequence: Sequence;
  /** The pcb whose segment is in hand: it sends only when the segment is done. */
  inHand: Pcb | undefined;
  /** Data in order from the segment in hand, and whether it brought the FIN. */
  arrived: Uint8Array[];
  finArrived: boolean;
  /** Told of every change of state. */
  onState: (pcb: Pcb, from: State, to: State) => void;
}

/** A heap without limit, for stacks that do not live on a chip. */
export const UNLIMITED_HEAP: DeviceHeap = { free: () => Infinity, reserve: (bytes) => bytes, release: () => undefined };

export interface TcpOptions {
  netif: NetworkInterface;
  profile: TcpProfile;
  memory: TcpMemory;
  heap: DeviceHeap;
}

export function createTcp(options: TcpOptions): Tcp {
  return {
    ...options,
    active: { first: undefined, last: undefined, size: 0 },
    timeWait: { first: undefined, last: undefined, size: 0 },
    listeners: [],
    minimumRto: Math.ceil(options.profile.minimumRtoMs / (2 * options.profile.fastTickMs)),
    buckets: new Map(),
    portUse: new Map(),
    counts: new Array<number>(State.timeWait + 1).fill(0),
    // The firmware's first round, with a slow tick, happens at boot, before anything is connected.
    ticks: 1,
    rounds: 1,
    timer: undefined,
    lastSequence: 6510,
    inHand: undefined,
    arrived: [],
    finArrived: false,
    onState: () => undefined,
  };
}

/** Length of a slow tick as the stack believes it to be. */
const slowTickMs = (tcp: Tcp): number => 2 * tcp.profile.fastTickMs;

export const inTicks = (tcp: Tcp, milliseconds: number): number => Math.floor(milliseconds / slowTickMs(tcp));

/** Initial sequence number: the firmware's counter, or an unpredictable one (RFC 6528). */
export function nextSequence(tcp: Tcp): Sequence {
  if (tcp.profile.initialSequence === 'random') return Math.floor(tcp.netif.random() * 0x100000000) | 0;
  tcp.lastSequence = (tcp.lastSequence + Math.max(1, tcp.ticks)) | 0;
  return tcp.lastSequence;
}
