import type { Clock } from '../../../tools/virtual-board/clock.ts';
import type { Random } from '../../../tools/virtual-board/random.ts';
import { parseAddress } from '../../../tools/virtual-board/tcpip/address.ts';
import { receiveArp } from '../../../tools/virtual-board/tcpip/arp.ts';
import { ETHERTYPE_ARP, ETHERTYPE_IPV4, etherType, isForUs } from '../../../tools/virtual-board/tcpip/ethernet.ts';
import { createInterface, type NetworkInterface } from '../../../tools/virtual-board/tcpip/interface.ts';
import { PROTOCOL_TCP, receivePacket } from '../../../tools/virtual-board/tcpip/ipv4.ts';
import { parseSegment, sendSegment } from '../../../tools/virtual-board/tcpip/tcp-header.ts';
import type { Link } from '../../../tools/virtual-board/wire/link.ts';
import { ACK, RST, SYN } from '../../stress/verdict/segment.ts';
import { ACK_AT_ONCE, LinuxConnection, type AckPolicy, type PeerEvents, type PeerSegment } from './linux-connection.ts';

export const LAPTOP = parseAddress('192.168.100.1') ?? 0;
export const BOARD = parseAddress('192.168.100.99') ?? 0;
const MASK = parseAddress('255.255.255.0') ?? 0;
const MAC = Uint8Array.from([2, 0, 0, 0, 0, 1]);
const TTL = 64;
/** Linux's automatic ports. */
const [FIRST_PORT, LAST_PORT] = [32_768, 60_999];

interface HostOptions {
  clock: Clock;
  random: Random;
  link: Link;
  policy?: AckPolicy;
}

/** The laptop's end of a connection that follows rules of its own. */
export interface Endpoint {
  take(segment: PeerSegment): void;
}

/** The laptop of the lab report in virtual time: 192.168.100.1, with as much of Linux's TCP as the experiments need. */
export class LinuxHost {
  readonly #options: HostOptions;
  readonly #netif: NetworkInterface;
  readonly #connections = new Map<number, LinuxConnection>();
  readonly #endpoints = new Map<number, Endpoint>();
  readonly #listeners = new Map<number, PeerEvents>();
  #nextPort = FIRST_PORT;

  constructor(options: HostOptions) {
    const { clock, random, link } = options;
    this.#options = options;
    this.#netif = createInterface({ clock, random, link, mac: MAC, ttl: TTL });
    Object.assign(this.#netif, { address: LAPTOP, netmask: MASK, gateway: 0 });
    link.onFrame((frame) => this.#receive(frame));
  }

  /** Connections that are not over: LAST_ACK after a duel, for example. */
  count(state: LinuxConnection['state']): number {
    return [...this.#connections.values()].filter((connection) => connection.state === state).length;
  }

  /** Opens a connection to the board from a port that no living connection has. */
  connect(devicePort: number, events: PeerEvents): LinuxConnection {
    while (this.#connections.has(this.#key(this.#nextPort, devicePort))) this.#advancePort();
    const port = this.#nextPort;
    this.#advancePort();
    return this.#open(port, devicePort, events);
  }

  /** A connection to the board from `localPort` that `create` makes; it gets the way to send. */
  attach<Kind extends Endpoint>(
    localPort: number,
    devicePort: number,
    create: (send: (segment: PeerSegment) => void) => Kind,
  ): Kind {
    const endpoint = create((segment) => this.#send(localPort, devicePort, segment));
    this.#endpoints.set(this.#key(localPort, devicePort), endpoint);
    return endpoint;
  }

  listen(port: number, events: PeerEvents): void {
    this.#listeners.set(port, events);
  }

  #advancePort(): void {
    this.#nextPort = this.#nextPort >= LAST_PORT ? FIRST_PORT : this.#nextPort + 1;
  }

  #key(localPort: number, devicePort: number): number {
    return localPort * 65_536 + devicePort;
  }

  #open(localPort: number, devicePort: number, events: PeerEvents, accepted?: { seq: number }): LinuxConnection {
    const key = this.#key(localPort, devicePort);
    const { clock, random, policy = ACK_AT_ONCE } = this.#options;
    const connection = new LinuxConnection({
      clock,
      policy,
      start: Math.floor(random() * 2 ** 32),
      send: (segment) => this.#send(localPort, devicePort, segment),
      events: {
        opened: (opened) => events.opened(opened),
        received: (receiver, data) => events.received(receiver, data),
        ended: (ended) => events.ended(ended),
        gone: (gone, why) => {
          this.#connections.delete(key);
          events.gone(gone, why);
        },
      },
      ...(accepted && { accepted }),
    });
    this.#connections.set(key, connection);
    return connection;
  }

  #receive(frame: Uint8Array): void {
    if (!isForUs(frame, MAC)) return;
    if (etherType(frame) === ETHERTYPE_ARP) receiveArp(this.#netif, frame);
    if (etherType(frame) !== ETHERTYPE_IPV4) return;
    const packet = receivePacket(this.#netif, frame);
    const incoming = packet?.protocol === PROTOCOL_TCP ? parseSegment(packet) : undefined;
    if (!incoming) return;
    const segment: PeerSegment = {
      flags: incoming.flags,
      seq: incoming.sequence >>> 0,
      ack: incoming.acknowledgment >>> 0,
      win: incoming.window,
      data: incoming.data.slice(),
    };
    const { destinationPort, sourcePort } = incoming;
    const key = this.#key(destinationPort, sourcePort);
    const known = this.#connections.get(key) ?? this.#endpoints.get(key);
    const listener = this.#listeners.get(destinationPort);
    if (known) known.take(segment);
    else if (listener && (segment.flags & (SYN | ACK)) === SYN)
      this.#open(destinationPort, sourcePort, listener, { seq: segment.seq });
    else this.#refuse(destinationPort, sourcePort, segment);
  }

  /** RFC 9293 section 3.10.7.1: a segment to a connection that does not exist. */
  #refuse(localPort: number, devicePort: number, { flags, seq, ack, data }: PeerSegment): void {
    if (flags & RST) return;
    const length = data.length + (flags & SYN ? 1 : 0) + (flags & 1);
    const answer =
      flags & ACK ? { flags: RST, seq: ack, ack: 0 } : { flags: RST | ACK, seq: 0, ack: (seq + length) >>> 0 };
    this.#send(localPort, devicePort, { ...answer, win: 0, data: new Uint8Array(0) });
  }

  #send(sourcePort: number, destinationPort: number, segment: PeerSegment): void {
    sendSegment(this.#netif, {
      source: LAPTOP,
      destination: BOARD,
      sourcePort,
      destinationPort,
      sequence: segment.seq,
      acknowledgment: segment.ack,
      flags: segment.flags,
      window: segment.win,
      mss: segment.mss,
      data: segment.data.length > 0 ? segment.data : undefined,
      ttl: TTL,
    });
  }
}
