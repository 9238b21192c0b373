import type { Clock } from '../clock.ts';
import type { DeviceHeap } from '../heap.ts';
import type { TcpStateName } from '../inspect.ts';
import type { TcpProfile } from '../profiles/tcp-profile.ts';
import type { Random } from '../random.ts';
import type { Link } from '../wire/link.ts';
import { ANY_ADDRESS, type Ipv4Address } from './address.ts';
import { announce, receiveArp } from './arp.ts';
import { Err } from './errors.ts';
import { ETHERTYPE_ARP, ETHERTYPE_IPV4, etherType, isForUs } from './ethernet.ts';
import { PROTOCOL_UNREACHABLE, receiveIcmp, sendUnreachable } from './icmp.ts';
import { createInterface, type NetworkInterface } from './interface.ts';
import { PROTOCOL_ICMP, PROTOCOL_IGMP, PROTOCOL_TCP, PROTOCOL_UDP, receivePacket } from './ipv4.ts';
import type { Listener, Pcb, TcpEvents } from './pcb.ts';
import { freePcb } from './pcb-table.ts';
import { abort, close, shutdownWrite } from './tcp-close.ts';
import { receiveTcp } from './tcp-input.ts';
import { connect, createPcb, listen, stopListening } from './tcp-open.ts';
import { output } from './tcp-output.ts';
import { recved } from './tcp-receive.ts';
import { STATE_NAMES } from './tcp-state.ts';
import { write } from './tcp-write.ts';
import { createTcp, UNLIMITED_HEAP, type Tcp, type TcpMemory } from './tcp.ts';
import { createUdp, receiveUdp, type Udp } from './udp.ts';

export interface TcpIpOptions {
  clock: Clock;
  random: Random;
  link: Link;
  /** Six bytes. */
  mac: Uint8Array;
  tcp: TcpProfile;
  /** Where pcbs and buffers live; without one memory is unlimited. */
  heap?: DeviceHeap;
  memory?: TcpMemory;
  /** Time to live of what we send; 255 as lwipopts.h IP_DEFAULT_TTL. */
  ttl?: number;
}

const NO_MEMORY: TcpMemory = { pcb: 1, listener: 1, segment: 1, packetBuffer: 1 };

/**
 * A TCP/IP stack on one Ethernet link, with an API in the manner of lwIP's raw one: calls return an `Err`, events come
 * through `TcpEvents`, and `write` only queues: `output` (or the end of the event) sends.
 */
export class TcpIp {
  readonly netif: NetworkInterface;
  readonly tcp: Tcp;
  readonly udp: Udp;

  constructor(options: TcpIpOptions) {
    const { clock, random, link, mac, ttl = 255, heap = UNLIMITED_HEAP, memory = NO_MEMORY } = options;
    this.netif = createInterface({ clock, random, link, mac, ttl });
    this.tcp = createTcp({ netif: this.netif, profile: options.tcp, memory, heap });
    this.udp = createUdp(this.netif);
    link.onFrame((frame) => {
      this.receive(frame);
    });
  }

  /** Takes a frame from the wire, whole. */
  receive(frame: Uint8Array): void {
    const { netif } = this;
    if (!netif.up || frame.length < 14 || !isForUs(frame, netif.mac)) return;
    const type = etherType(frame);
    if (type === ETHERTYPE_ARP) receiveArp(netif, frame);
    if (type !== ETHERTYPE_IPV4) return;
    const packet = receivePacket(netif, frame);
    if (packet?.protocol === PROTOCOL_TCP) receiveTcp(this.tcp, packet);
    else if (packet?.protocol === PROTOCOL_UDP) receiveUdp(this.udp, packet);
    else if (packet?.protocol === PROTOCOL_ICMP) receiveIcmp(netif, packet);
    else if (packet && packet.protocol !== PROTOCOL_IGMP && packet.destination === netif.address) {
      sendUnreachable(netif, packet, PROTOCOL_UNREACHABLE);
    }
  }

  /** Sets the interface's address and tells the neighbours. */
  setAddress(address: Ipv4Address, netmask: Ipv4Address, gateway: Ipv4Address): void {
    Object.assign(this.netif, { address, netmask, gateway });
    if (address !== ANY_ADDRESS && this.netif.up) announce(this.netif);
  }

  /** Listens on a port of one address, or of all with 0. `owner` becomes the owner of accepted connections. */
  listen(address: Ipv4Address, port: number, events: TcpEvents): Listener | Err {
    return listen(this.tcp, address, port, events);
  }

  stopListening(listener: Listener): void {
    stopListening(this.tcp, listener);
  }

  /** A connection that is not connected yet; undefined = out of memory. */
  createPcb(events: TcpEvents): Pcb | undefined {
    return createPcb(this.tcp, events);
  }

  connect(pcb: Pcb, address: Ipv4Address, port: number): Err {
    return connect(this.tcp, pcb, address, port);
  }

  /** Queues all of `data` or nothing (`Err.memory`). At most `pcb.sendSpace` bytes. */
  write(pcb: Pcb, data: Uint8Array): Err {
    return write(this.tcp, pcb, data);
  }

  output(pcb: Pcb): void {
    output(this.tcp, pcb);
  }

  /** The application has taken this many bytes of what it received: the window opens by as much. */
  recved(pcb: Pcb, bytes: number): void {
    recved(this.tcp, pcb, bytes);
  }

  /** FIN after what is queued; data still comes in. */
  shutdownWrite(pcb: Pcb): Err {
    return shutdownWrite(this.tcp, pcb);
  }

  /** FIN, or RST when received data was not taken; data that still comes is answered by RST. */
  close(pcb: Pcb): Err {
    return close(this.tcp, pcb);
  }

  abort(pcb: Pcb): void {
    abort(this.tcp, pcb);
  }

  /** Pcbs by state; states without any are absent. LISTEN is not counted. */
  pcbs(): Partial<Record<TcpStateName, number>> {
    const counted: Partial<Record<TcpStateName, number>> = {};
    for (const [state, count] of this.tcp.counts.entries()) {
      if (count > 0) counted[STATE_NAMES[state] as TcpStateName] = count;
    }
    return counted;
  }

  /** Forgets everything without a word to anybody, as a reset of the chip does. */
  stop(): void {
    this.tcp.timer?.cancel();
    this.tcp.timer = undefined;
    for (const list of [this.tcp.active, this.tcp.timeWait]) {
      for (let pcb = list.first; pcb; pcb = list.first) freePcb(this.tcp, pcb);
    }
    this.tcp.listeners.length = 0;
    this.udp.sockets.length = 0;
    this.netif.up = false;
  }
}
