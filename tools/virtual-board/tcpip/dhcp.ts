import type { Timer } from '../clock.ts';
import { BROADCAST_ADDRESS, type Ipv4Address } from './address.ts';
import { decodeReply, encodeRequest, MessageType, type DhcpReply } from './dhcp-message.ts';
import { bindUdp, closeUdp, createUdpSocket, sendUdp, type Udp, type UdpSocket } from './udp.ts';

const SERVER_PORT = 67;
const CLIENT_PORT = 68;
/** Pauses between requests double up to a minute (RFC 2131 section 4.1). */
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 60_000;
/** Attempts after which the station is told; it goes on trying. */
const TIMEOUT_AFTER = 4;

interface Lease {
  readonly address: Ipv4Address;
  readonly netmask: Ipv4Address;
  readonly gateway: Ipv4Address;
  readonly dns: readonly Ipv4Address[];
}

export interface DhcpEvents {
  bound(lease: Lease): void;
  timedOut(): void;
}

/** Gets an address from a server and renews it at half its life (RFC 2131). */
export class DhcpClient {
  hostname = '';
  readonly #udp: Udp;
  readonly #socket: UdpSocket;
  #events: DhcpEvents | undefined;
  #transaction = 0;
  #offer: DhcpReply | undefined;
  #lease: DhcpReply | undefined;
  #tries = 0;
  #timer: Timer | undefined;

  constructor(udp: Udp) {
    this.#udp = udp;
    this.#socket = createUdpSocket(udp, ({ data }) => {
      this.#receive(data);
    });
  }

  start(events: DhcpEvents): void {
    this.stop();
    this.#events = events;
    bindUdp(this.#udp, this.#socket, 0, CLIENT_PORT);
    this.#discover();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#events = undefined;
    this.#offer = undefined;
    this.#lease = undefined;
    this.#tries = 0;
    closeUdp(this.#udp, this.#socket);
  }

  #discover(): void {
    this.#offer = undefined;
    this.#transaction = Math.floor(this.#udp.netif.random() * 0x100000000) | 0;
    this.#send(MessageType.discover, {}, BROADCAST_ADDRESS);
  }

  #request(offer: DhcpReply): void {
    this.#send(MessageType.request, { requested: offer.address, server: offer.server }, BROADCAST_ADDRESS);
  }

  #renew(lease: DhcpReply): void {
    this.#offer = lease;
    this.#send(MessageType.request, {}, lease.server);
  }

  #send(type: number, extra: { requested?: Ipv4Address; server?: Ipv4Address }, to: Ipv4Address): void {
    const { netif } = this.#udp;
    const common = { mac: netif.mac, hostname: this.hostname, client: netif.address };
    const message = encodeRequest({ type, transaction: this.#transaction, ...common, ...extra });
    sendUdp(this.#udp, this.#socket, to, SERVER_PORT, message);
    const pause = Math.min(FIRST_RETRY_MS << Math.min(this.#tries, 6), LAST_RETRY_MS);
    if (++this.#tries === TIMEOUT_AFTER) this.#events?.timedOut();
    this.#schedule(pause, () => {
      this.#discover();
    });
  }

  #schedule(delayMs: number, work: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.#udp.netif.clock.after(delayMs, work);
  }

  #receive(message: Uint8Array): void {
    const reply = decodeReply(message);
    if (reply?.transaction !== this.#transaction) return;
    if (reply.type === MessageType.offer && !this.#offer) {
      this.#offer = reply;
      this.#request(reply);
    } else if (reply.type === MessageType.ack && this.#offer) {
      this.#bind(reply);
    } else if (reply.type === MessageType.nak && this.#offer) {
      this.#discover();
    }
  }

  #bind(reply: DhcpReply): void {
    const isNew = this.#lease?.address !== reply.address;
    this.#lease = reply;
    this.#tries = 0;
    const halfLifeMs = Math.min((reply.leaseSeconds * 1000) / 2, 0x7fffffff);
    this.#schedule(halfLifeMs, () => {
      this.#renew(reply);
    });
    if (!isNew) return;
    const { address, netmask, router, dns } = reply;
    this.#events?.bound({ address, netmask, gateway: router, dns });
  }
}
