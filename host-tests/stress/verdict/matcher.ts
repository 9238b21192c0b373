import type { Exchange } from '../client/exchange.ts';
import { ipv4ToNumber } from './frame.ts';
import type { Judgement } from './judge.ts';
import type { Segment } from './segment.ts';

/** A connection with its final verdict; `segments` only when a capture kept them. */
export interface Verdict<Tag> extends Judgement {
  tag: Tag;
  localPort: number;
  /** `performance.now()` of its start. */
  startedAt: number;
  segments: Segment[];
}

/** Of a connection that no capture kept. */
export const NO_SEGMENTS: Segment[] = [];

/** Brings together what the client saw of a connection and what else is known of it. */
export interface Matcher<Tag> {
  /** An exchange has ended; its verdict, which carries `tag`, may take a while. What matters of it is copied. */
  exchange(exchange: Exchange, tag: Tag): void;
}

/** A client's end as one number, for tables. */
export const endKey = (address: number, port: number): number => address * 65_536 + port;

/** The port in such a number. */
export const portOf = (end: number): number => end % 65_536;

/** Turns the local ends of exchanges into keys. */
export class LocalEnds {
  readonly #usual: string;
  readonly #addresses = new Map<string, number>();

  /** `usual`: the local address of connections for which the system chose it. */
  constructor(usual = '0.0.0.0') {
    this.#usual = usual;
  }

  keyOf({ localAddress, localPort }: Exchange): number {
    return endKey(this.#numberOf(localAddress === '' ? this.#usual : localAddress), localPort);
  }

  #numberOf(address: string): number {
    const known = this.#addresses.get(address);
    if (known !== undefined) return known;
    const number = ipv4ToNumber(address);
    this.#addresses.set(address, number);
    return number;
  }
}
