import type { Timer } from '../clock.ts';
import { ANY_ADDRESS, BROADCAST_ADDRESS, type Ipv4Address } from './address.ts';
import { ask } from './arp.ts';
import { decodeReply, encodeRequest, MessageType, type DhcpReply } from './dhcp-message.ts';
import { bindUdp, closeUdp, createUdpSocket, sendUdp, type Udp, type UdpSocket } from './udp.ts';

const SERVER_PORT = 67;
const CLIENT_PORT = 68;
/** Attempts after which the station is told; it goes on trying. */
const TIMEOUT_AFTER = 4;
/** app/lwip/core/dhcp.c: how often each kind of message is repeated, and how long a foreign owner of an address is left alone. */
const SELECT_TRIES = 5;
const REBIND_TRIES = 8;
const CHECKS = 2;
const CHECK_MS = 500;
const BACK_OFF_MS = 10_000;
/** Lifetimes of leases are counted in minutes. */
const MINUTE_S = 60;
const FOREVER_S = 0xffffffff;

export interface Lease {
  readonly address: Ipv4Address;
  readonly netmask: Ipv4Address;
  readonly gateway: Ipv4Address;
  readonly dns: readonly Ipv4Address[];
  readonly server: Ipv4Address;
  readonly ntp: Ipv4Address;
}

export interface DhcpEvents {
  bound(lease: Lease): void;
  /** The server took the address back. */
  lost(): void;
  timedOut(): void;
}

type State = 'off' | 'selecting' | 'requesting' | 'checking' | 'bound' | 'renewing' | 'rebinding' | 'backing off';

/** Gets an address from a server, sees that nobody else has it, and renews it (RFC 2131), with lwIP's pauses. */
export class DhcpClient {
  hostname = '';
  /** What the server has given, while it is ours. */
  lease: Lease | undefined;
  readonly #udp: Udp;
  readonly #socket: UdpSocket;
  #events: DhcpEvents | undefined;
  #state: State = 'off';
  #transaction = 0;
  #offer: DhcpReply | undefined;
  #tries = 0;
  #attempts = 0;
  #timer: Timer | undefined;
  #renewal: Timer | undefined;
  #rebinding: Timer | undefined;

  constructor(udp: Udp) {
    this.#udp = udp;
    this.#socket = createUdpSocket(udp, ({ data, sourcePort }) => {
      if (sourcePort === SERVER_PORT) this.#receive(data);
    });
  }

  start(events: DhcpEvents): void {
    this.stop();
    this.#events = events;
    this.#attempts = 0;
    bindUdp(this.#udp, this.#socket, ANY_ADDRESS, CLIENT_PORT);
    this.#udp.netif.onArpReply = (sender) => {
      if (this.#state === 'checking' && sender === this.#offer?.address) this.#decline(sender);
    };
    this.#discover();
  }

  stop(): void {
    for (const timer of [this.#timer, this.#renewal, this.#rebinding]) timer?.cancel();
    this.#enter('off');
    this.#events = undefined;
    this.lease = undefined;
    closeUdp(this.#udp, this.#socket);
  }

  #enter(state: State): void {
    if (state !== this.#state) this.#tries = 0;
    this.#state = state;
  }

  #discover(): void {
    this.#enter('selecting');
    if (this.#tries === 0) this.#transaction = Math.floor(this.#udp.netif.random() * 0x100000000) | 0;
    this.#send(MessageType.discover, {}, BROADCAST_ADDRESS);
    if (++this.#attempts === TIMEOUT_AFTER) this.#events?.timedOut();
    this.#repeat(doubled(++this.#tries), () => this.#discover());
  }

  #select(offer: DhcpReply): void {
    this.#enter('requesting');
    this.#send(MessageType.request, { requested: offer.address, server: offer.server }, BROADCAST_ADDRESS);
    const again = ++this.#tries <= SELECT_TRIES ? () => this.#select(offer) : () => this.#discover();
    this.#repeat(doubled(this.#tries), again);
  }

  /** Asks whether somebody has the address already; silence is consent. */
  #check(offer: DhcpReply): void {
    this.#enter('checking');
    ask(this.#udp.netif, offer.address);
    const next = ++this.#tries < CHECKS ? () => this.#check(offer) : () => this.#bind(offer);
    this.#repeat(CHECK_MS, next);
  }

  #decline(address: Ipv4Address): void {
    this.#enter('backing off');
    this.#send(MessageType.decline, { requested: address }, BROADCAST_ADDRESS);
    this.#repeat(BACK_OFF_MS, () => this.#discover());
  }

  #bind(reply: DhcpReply): void {
    this.#enter('bound');
    this.#timer?.cancel();
    this.#attempts = 0;
    const { address, server, leaseSeconds, renewSeconds = Math.floor(leaseSeconds / 2), rebindSeconds } = reply;
    const netmask = reply.netmask === ANY_ADDRESS ? classMask(address) : reply.netmask;
    const gateway = reply.router === ANY_ADDRESS ? (address & netmask) | 1 : reply.router;
    this.#scheduleRenewal(leaseSeconds === FOREVER_S ? FOREVER_S : renewSeconds, rebindSeconds ?? leaseSeconds, reply);
    const isNew = this.lease?.address !== address;
    this.lease = { address, netmask, gateway, dns: reply.dns, server, ntp: reply.ntp };
    if (isNew) this.#events?.bound(this.lease);
  }

  #scheduleRenewal(renewSeconds: number, rebindSeconds: number, reply: DhcpReply): void {
    this.#renewal?.cancel();
    this.#rebinding?.cancel();
    const [renewMs, rebindMs] = [inMinutes(renewSeconds), inMinutes(rebindSeconds)];
    const { clock } = this.#udp.netif;
    if (renewMs < rebindMs) this.#renewal = clock.after(renewMs, () => this.#renew(reply));
    if (Number.isFinite(rebindMs)) this.#rebinding = clock.after(rebindMs, () => this.#rebind(reply));
  }

  #renew(reply: DhcpReply): void {
    this.#enter('renewing');
    this.#send(MessageType.request, { requested: reply.address, server: reply.server }, reply.server);
    this.#repeat(Math.min(++this.#tries, 10) * 2000, () => this.#renew(reply));
  }

  #rebind(reply: DhcpReply): void {
    this.#enter('rebinding');
    this.#send(MessageType.request, { requested: reply.address }, BROADCAST_ADDRESS);
    const again = ++this.#tries <= REBIND_TRIES ? () => this.#rebind(reply) : () => this.#lose();
    this.#repeat(Math.min(this.#tries, 10) * 1000, again);
  }

  #lose(): void {
    for (const timer of [this.#renewal, this.#rebinding]) timer?.cancel();
    this.lease = undefined;
    this.#events?.lost();
    this.#discover();
  }

  #send(type: number, extra: { requested?: Ipv4Address; server?: Ipv4Address }, to: Ipv4Address): void {
    const { netif } = this.#udp;
    const common = { mac: netif.mac, hostname: this.hostname, client: netif.address };
    const message = encodeRequest({ type, transaction: this.#transaction, ...common, ...extra });
    sendUdp(this.#udp, this.#socket, to, SERVER_PORT, message);
  }

  #repeat(delayMs: number, work: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.#udp.netif.clock.after(delayMs, work);
  }

  #receive(message: Uint8Array): void {
    const reply = decodeReply(message);
    if (reply?.transaction !== this.#transaction || !isFor(message, this.#udp.netif.mac)) return;
    const isHolding = this.#state === 'renewing' || this.#state === 'rebinding';
    if (reply.type === MessageType.offer && this.#state === 'selecting') {
      if (reply.server === ANY_ADDRESS) return;
      this.#offer = reply;
      this.#select(reply);
    } else if (reply.type === MessageType.ack && this.#state === 'requesting') {
      this.#offer = reply;
      this.#check(reply);
    } else if (reply.type === MessageType.ack && isHolding) {
      this.#bind(reply);
    } else if (reply.type === MessageType.nak && (isHolding || this.#state === 'requesting')) {
      this.#lose();
    }
  }
}

/** 2, 4, 8, 16, 32 and then always 60 s. */
const doubled = (tries: number): number => (tries < 6 ? 1 << tries : 60) * 1000;

/** Rounded, and at least one; a lease for ever never ends. */
const inMinutes = (seconds: number): number =>
  seconds === FOREVER_S ? Infinity : Math.max(1, Math.round(seconds / MINUTE_S)) * MINUTE_S * 1000;

/** Netmask of the class of an address (RFC 791 section 3.2). */
function classMask(address: Ipv4Address): Ipv4Address {
  const first = address >>> 24;
  if (first < 128) return 0xff000000 | 0;
  return first < 192 ? 0xffff0000 | 0 : 0xffffff00 | 0;
}

const HARDWARE_ADDRESS = 28;
const isFor = (message: Uint8Array, mac: Uint8Array): boolean =>
  mac.every((byte, index) => message[HARDWARE_ADDRESS + index] === byte);
