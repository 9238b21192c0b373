import type { Timer } from '../clock.ts';
import { parseAddress, type Ipv4Address } from './address.ts';
import { decodeAnswer, encodeQuery } from './dns-message.ts';
import { Err } from './errors.ts';
import { bindUdp, createUdpSocket, sendUdp, type Udp, type UdpSocket } from './udp.ts';

const DNS_PORT = 53;
/** lwipopts.h: DNS_TABLE_SIZE, DNS_MAX_NAME_LENGTH; app/include/lwip/opt.h: DNS_MAX_RETRIES. */
const TABLE_SIZE = 4;
const MAX_NAME = 256;
const RETRIES = 4;
const RETRY_MS = 1000;

/** Called once with the address, or undefined when no server knows the name. */
export type DnsAnswer = (address: Ipv4Address | undefined) => void;

interface Query {
  readonly id: number;
  readonly name: string;
  readonly waiting: DnsAnswer[];
  tries: number;
  server: number;
  timer: Timer | undefined;
}

/** Looks up names at up to two servers, with retries and a small cache (RFC 1035; random ids as RFC 5452 asks). */
export class DnsClient {
  readonly servers: Ipv4Address[] = [0, 0];
  readonly #udp: Udp;
  readonly #socket: UdpSocket;
  readonly #queries = new Map<string, Query>();
  readonly #cache = new Map<string, { address: Ipv4Address; expires: number }>();

  constructor(udp: Udp) {
    this.#udp = udp;
    this.#socket = createUdpSocket(udp, ({ data }) => {
      this.#receive(data);
    });
  }

  /** An address when it is known at once; `Err.inProgress` when `answer` will be called; otherwise an error. */
  resolve(name: string, answer: DnsAnswer): { address: Ipv4Address } | Err {
    if (name.length === 0 || name.length >= MAX_NAME) return Err.argument;
    const literal = parseAddress(name);
    if (literal !== undefined) return { address: literal };
    const cached = this.#cache.get(name);
    if (cached && cached.expires > this.#udp.netif.clock.now()) return { address: cached.address };
    const running = this.#queries.get(name);
    if (running) {
      running.waiting.push(answer);
      return Err.inProgress;
    }
    if (this.#queries.size >= TABLE_SIZE) return Err.memory;
    const id = Math.floor(this.#udp.netif.random() * 0x10000);
    const query: Query = { id, name, waiting: [answer], tries: 0, server: 0, timer: undefined };
    this.#queries.set(name, query);
    this.#ask(query);
    return Err.inProgress;
  }

  close(): void {
    for (const query of this.#queries.values()) query.timer?.cancel();
    this.#queries.clear();
  }

  #ask(query: Query): void {
    if (query.tries === RETRIES) {
      query.tries = 0;
      query.server++;
    }
    const server = this.servers[query.server];
    if (!server) {
      // The firmware gives up from its timer, never inside the call.
      query.timer = this.#udp.netif.clock.after(query.tries === 0 ? RETRY_MS : 0, () => {
        this.#finish(query, undefined);
      });
      return;
    }
    if (this.#socket.port === 0) bindUdp(this.#udp, this.#socket, 0, 0);
    sendUdp(this.#udp, this.#socket, server, DNS_PORT, encodeQuery(query.id, query.name));
    query.tries++;
    query.timer = this.#udp.netif.clock.after(RETRY_MS * query.tries, () => {
      this.#ask(query);
    });
  }

  #receive(message: Uint8Array): void {
    const answer = decodeAnswer(message);
    for (const query of this.#queries.values()) {
      if (!answer || answer.id !== query.id || answer.name !== query.name.toLowerCase()) continue;
      query.timer?.cancel();
      if (answer.address !== undefined) this.#remember(query.name, answer.address, answer.ttlSeconds);
      this.#finish(query, answer.address);
      return;
    }
  }

  #remember(name: string, address: Ipv4Address, ttlSeconds: number): void {
    if (this.#cache.size >= TABLE_SIZE) this.#cache.delete([...this.#cache.keys()][0] ?? '');
    this.#cache.set(name, { address, expires: this.#udp.netif.clock.now() + ttlSeconds * 1000 });
  }

  #finish(query: Query, address: Ipv4Address | undefined): void {
    this.#queries.delete(query.name);
    for (const answer of query.waiting) answer(address);
  }
}
