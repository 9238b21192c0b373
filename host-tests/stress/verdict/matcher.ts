import type { Exchange } from '../client/exchange.ts';
import type { JudgedFlow } from './flow-table.ts';
import { ipv4ToNumber } from './frame.ts';
import type { Judgement } from './judge.ts';
import type { Segment } from './segment.ts';
import { combine, judgeBySocket } from './socket-verdict.ts';

/** A connection with its final verdict; `segments` only when a capture kept them. */
export interface Verdict<Tag> extends Judgement {
  tag: Tag;
  localPort: number;
  /** `performance.now()` of its start. */
  startedAt: number;
  segments: Segment[];
}

interface Waiting<Tag> {
  tag: Tag;
  exchange: Exchange;
}

/** A client's end as one number, for tables. */
export const endKey = (address: number, port: number): number => address * 65_536 + port;

/**
 * Brings together what the client saw of a connection and what was found on the wire or in kernel tables, by local
 * address and port. Holds only connections whose verdict is still out.
 */
export class Matcher<Tag> {
  readonly #onVerdict: (verdict: Verdict<Tag>) => void;
  readonly #usual: string;
  readonly #addresses = new Map<string, number>();
  /** By local end; more than one when it was used again before the first had its verdict. */
  readonly #waiting = new Map<number, Waiting<Tag>[]>();
  /** Judged flows whose exchange has not ended yet for the client. */
  readonly #early = new Map<number, JudgedFlow>();
  /** Connections that were judged by their sockets because nothing else knew them. */
  unseen = 0;

  /** `usual`: the local address of connections for which the system chose it. */
  constructor(usual: string | undefined, onVerdict: (verdict: Verdict<Tag>) => void) {
    this.#usual = usual ?? '0.0.0.0';
    this.#onVerdict = onVerdict;
  }

  /** Flows of ports that were never this run's. */
  get foreign(): number {
    return this.#early.size;
  }

  /** An exchange has ended. The object is copied when it has to wait. */
  exchange(exchange: Exchange, tag: Tag): void {
    const { localPort } = exchange;
    if (localPort === 0) {
      this.#settle(tag, exchange, judgeBySocket(exchange), []);
      return;
    }
    const key = endKey(this.#addressOf(exchange), localPort);
    const early = this.#early.get(key);
    if (early && isSame(exchange, early)) {
      this.#early.delete(key);
      this.#settle(tag, exchange, combine(exchange, early), early.segments);
      return;
    }
    const waiting: Waiting<Tag> = { tag, exchange: { ...exchange } };
    const others = this.#waiting.get(key);
    if (others) others.push(waiting);
    else this.#waiting.set(key, [waiting]);
  }

  flow(flow: JudgedFlow): void {
    const key = endKey(flow.clientAddress, flow.clientPort);
    const candidates = this.#waiting.get(key) ?? [];
    const waiting = takeNearest(candidates, flow);
    if (candidates.length === 0) this.#waiting.delete(key);
    if (waiting) this.#settle(waiting.tag, waiting.exchange, combine(waiting.exchange, flow), flow.segments);
    else this.#early.set(key, flow);
  }

  /** Judges by their sockets the connections that ended before `before` (`performance.now()`); `stuck` are those of `ends`. */
  settleBefore(before: number, ends: ReadonlySet<number>, stuck: Judgement): void {
    for (const [key, candidates] of this.#waiting) {
      const left = candidates.filter(({ exchange }) => exchange.endedAt >= before);
      if (left.length === candidates.length) continue;
      if (left.length > 0) this.#waiting.set(key, left);
      else this.#waiting.delete(key);
      for (const { tag, exchange } of candidates)
        if (exchange.endedAt < before) this.#settle(tag, exchange, ends.has(key) ? stuck : judgeBySocket(exchange), []);
    }
  }

  /** Judges everything that is left by its sockets. */
  finish(): void {
    for (const candidates of this.#waiting.values()) for (const waiting of candidates) this.#settleUnseen(waiting);
    this.#waiting.clear();
  }

  #addressOf({ localAddress }: Exchange): number {
    const text = localAddress === '' ? this.#usual : localAddress;
    const known = this.#addresses.get(text);
    if (known !== undefined) return known;
    const address = ipv4ToNumber(text);
    this.#addresses.set(text, address);
    return address;
  }

  #settleUnseen(waiting: Waiting<Tag>): void {
    this.unseen++;
    this.#settle(waiting.tag, waiting.exchange, judgeBySocket(waiting.exchange), []);
  }

  #settle(tag: Tag, exchange: Exchange, judgement: Judgement, segments: Segment[]): void {
    if (exchange.outcome === 'harness') return;
    const { verdict, why } = judgement;
    this.#onVerdict({ tag, verdict, why, localPort: exchange.localPort, startedAt: exchange.startedAt, segments });
  }
}

/** A busy machine may be this late between its note of the start and the SYN, milliseconds. */
const SAME_MS = 2000;

const apart = (exchange: Exchange, flow: JudgedFlow): number =>
  Math.abs(performance.timeOrigin + exchange.startedAt - flow.startedAt);

const isSame = (exchange: Exchange, flow: JudgedFlow): boolean => apart(exchange, flow) < SAME_MS;

/** Takes out of `candidates`, which share a port, the one that began when the flow did. */
function takeNearest<Tag>(candidates: Waiting<Tag>[], flow: JudgedFlow): Waiting<Tag> | undefined {
  let nearest: Waiting<Tag> | undefined;
  for (const candidate of candidates)
    if (!nearest || apart(candidate.exchange, flow) < apart(nearest.exchange, flow)) nearest = candidate;
  if (!nearest || !isSame(nearest.exchange, flow)) return undefined;
  candidates.splice(candidates.indexOf(nearest), 1);
  return nearest;
}
