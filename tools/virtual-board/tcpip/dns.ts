import type { Timer } from '../clock.ts';
import { BROADCAST_ADDRESS, parseLooseAddress, type Ipv4Address } from './address.ts';
import { decodeAnswer, encodeQuery } from './dns-message.ts';
import { Err } from './errors.ts';
import {
  bindUdp,
  createUdpSocket,
  FIRST_LOCAL_PORT,
  LAST_LOCAL_PORT,
  sendUdp,
  type Udp,
  type UdpDatagram,
  type UdpSocket,
} from './udp.ts';

const DNS_PORT = 53;
/** lwipopts.h: DNS_TABLE_SIZE, DNS_MAX_NAME_LENGTH, DNS_MAX_SERVERS; app/lwip/core/dns.c: DNS_MAX_RETRIES. */
const TABLE_SIZE = 4;
const MAX_NAME = 256;
export const DNS_SERVERS = 2;
const RETRIES = 4;
const TICK_MS = 1000;
/** The server that lwIP asks until somebody names another: 208.67.222.222. */
const FIRST_SERVER: Ipv4Address = 0xd043dede | 0;

/** Called once with the address, or undefined when no server knows the name. */
export type DnsAnswer = (address: Ipv4Address | undefined) => void;

/** Deviations of app/lwip/core/dns.c, each can be switched off alone. */
export interface DnsQuirks {
  /** One random number, drawn for every query, makes the ids of all: of queries under way only the last can be answered. */
  readonly sharedDnsId: boolean;
  /** An answer that reports an error (no such name) is ignored, and the question repeated to the end. */
  readonly ignoresDnsErrors: boolean;
}

interface Query {
  readonly name: string;
  readonly answer: DnsAnswer;
  /** Ids run from this on, one for each place in the table. */
  firstId: number;
  server: number;
  /** Ticks until the next look, and looks at this server so far. */
  countdown: number;
  looks: number;
}

/** Looks up names at up to two servers, one after the other (RFC 1035). The firmware's release keeps no cache. */
export class DnsClient {
  readonly servers: Ipv4Address[] = [FIRST_SERVER, 0];
  readonly #udp: Udp;
  readonly #quirks: DnsQuirks;
  readonly #socket: UdpSocket;
  readonly #queries: (Query | undefined)[] = new Array<Query | undefined>(TABLE_SIZE).fill(undefined);
  readonly #start: number;
  #firstId = 0;
  #asked: Ipv4Address = 0;
  #timer: Timer | undefined;

  constructor(udp: Udp, quirks: DnsQuirks) {
    this.#udp = udp;
    this.#quirks = quirks;
    this.#start = udp.netif.clock.now();
    this.#socket = createUdpSocket(udp, (datagram) => {
      this.#receive(datagram);
    });
    // A random port, as RFC 5452 asks.
    const port = FIRST_LOCAL_PORT + Math.floor(udp.netif.random() * (LAST_LOCAL_PORT - FIRST_LOCAL_PORT));
    bindUdp(udp, this.#socket, 0, port);
  }

  /** An address when the name is one; `Err.inProgress` when `answer` will be called; otherwise an error. */
  resolve(name: string, answer: DnsAnswer): { address: Ipv4Address } | Err {
    if (name.length === 0 || name.length >= MAX_NAME) return Err.argument;
    const literal = parseLooseAddress(name);
    if (literal !== undefined && literal !== BROADCAST_ADDRESS) return { address: literal };
    const place = this.#queries.indexOf(undefined);
    if (place < 0) return Err.memory;
    const query: Query = { name, answer, firstId: 0, server: 0, countdown: 1, looks: 0 };
    this.#queries[place] = query;
    this.#ask(place, query);
    this.#schedule();
    return Err.inProgress;
  }

  close(): void {
    this.#timer?.cancel();
    this.#queries.fill(undefined);
  }

  #ask(place: number, query: Query): void {
    this.#firstId = Math.floor(this.#udp.netif.random() * 0x10000);
    query.firstId = this.#firstId;
    this.#asked = this.servers[query.server] ?? 0;
    const message = encodeQuery((place + query.firstId) & 0xffff, query.name);
    sendUdp(this.#udp, this.#socket, this.#asked, DNS_PORT, message);
  }

  /** The firmware's timer runs all the time, so that the first look comes within a second. */
  #schedule(): void {
    if (this.#timer || this.#queries.every((query) => query === undefined)) return;
    const { clock } = this.#udp.netif;
    this.#timer = clock.after(TICK_MS - ((clock.now() - this.#start) % TICK_MS), () => {
      this.#timer = undefined;
      for (const [place, query] of this.#queries.entries()) if (query) this.#look(place, query);
      this.#schedule();
    });
  }

  /** Repeats a question after 1, 1, 2 and 3 ticks, then turns to the next server or gives up. */
  #look(place: number, query: Query): void {
    if (--query.countdown > 0) return;
    if (++query.looks < RETRIES) {
      query.countdown = query.looks;
      this.#ask(place, query);
    } else if (this.servers[query.server + 1]) {
      Object.assign(query, { server: query.server + 1, countdown: 1, looks: 0 });
    } else {
      this.#finish(place, query, undefined);
    }
  }

  #receive({ source, sourcePort, data }: UdpDatagram): void {
    if (source !== this.#asked || sourcePort !== DNS_PORT) return;
    const answer = decodeAnswer(data);
    if (!answer) return;
    const { sharedDnsId, ignoresDnsErrors } = this.#quirks;
    for (const [place, query] of this.#queries.entries()) {
      const firstId = sharedDnsId ? this.#firstId : query?.firstId;
      if (!query || firstId === undefined || answer.id !== ((place + firstId) & 0xffff)) continue;
      if (answer.isError && ignoresDnsErrors) return;
      this.#finish(place, query, answer.name === query.name ? answer.address : undefined);
      return;
    }
  }

  #finish(place: number, query: Query, address: Ipv4Address | undefined): void {
    this.#queries[place] = undefined;
    query.answer(address);
  }
}
