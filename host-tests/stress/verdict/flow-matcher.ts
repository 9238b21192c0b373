import { isOurs, type Exchange, type Outcome } from '../client/exchange.ts';
import type { JudgedFlow } from './flow-table.ts';
import type { Judgement } from './judge.ts';
import { endKey, LocalEnds, NO_SEGMENTS, type Matcher, type Verdict } from './matcher.ts';
import type { Segment } from './segment.ts';
import { combine, judgeBySocket } from './socket-verdict.ts';

/** What has to be remembered of an exchange until its verdict is out. */
interface Waiting<Tag> {
  tag: Tag;
  outcome: Outcome;
  /** What its socket alone says. */
  own: Judgement;
  startedAt: number;
  endedAt: number;
  localPort: number;
  /** One more at the same local end, which was used again before this one had its verdict. */
  next: Waiting<Tag> | undefined;
}

/** More than can be under way at once: beyond it the oldest are somebody else's. */
const MAX_EARLY = 10_000;

/**
 * Brings together what the client saw of a connection and what was found on the wire, by local address and port. Holds
 * only connections whose verdict is still out, in objects that it uses again: at full rate tens of thousands wait at
 * any time.
 */
export class FlowMatcher<Tag> implements Matcher<Tag> {
  readonly #onVerdict: (verdict: Verdict<Tag>) => void;
  readonly #ends: LocalEnds;
  readonly #waiting = new Map<number, Waiting<Tag>>();
  #spare: Waiting<Tag> | undefined;
  /** Judged flows whose exchange has not ended yet for the client. */
  readonly #early = new Map<number, JudgedFlow>();
  #foreign = 0;
  /** Connections that were judged by their sockets because nothing else knew them. */
  unseen = 0;

  /** `usual`: the local address of connections for which the system chose it. */
  constructor(usual: string | undefined, onVerdict: (verdict: Verdict<Tag>) => void) {
    this.#ends = new LocalEnds(usual);
    this.#onVerdict = onVerdict;
  }

  /** Flows of ports that were never this run's. */
  get foreign(): number {
    return this.#foreign + this.#early.size;
  }

  exchange(exchange: Exchange, tag: Tag): void {
    if (isOurs(exchange.outcome)) return;
    const waiting = this.#remember(exchange, tag);
    if (exchange.localPort === 0) {
      this.#settle(waiting, waiting.own, NO_SEGMENTS);
      return;
    }
    const key = this.#ends.keyOf(exchange);
    const early = this.#early.get(key);
    if (early && isSame(waiting, early)) {
      this.#early.delete(key);
      this.#settle(waiting, combine(waiting.outcome, waiting.own, early), early.segments);
      return;
    }
    waiting.next = this.#waiting.get(key);
    this.#waiting.set(key, waiting);
  }

  flow(flow: JudgedFlow): void {
    const key = endKey(flow.clientAddress, flow.clientPort);
    const nearest = nearestOf(this.#waiting.get(key), flow);
    if (!nearest) {
      this.#await(key, flow);
      return;
    }
    this.#take(key, (waiting) => waiting === nearest);
    this.#settle(nearest, combine(nearest.outcome, nearest.own, flow), flow.segments);
  }

  /** Judges everything that is left by its sockets. */
  finish(): void {
    const isAny = (): boolean => true;
    for (const key of this.#waiting.keys())
      for (let left = this.#take(key, isAny); left; left = this.#take(key, isAny)) {
        this.unseen++;
        this.#settle(left, left.own, NO_SEGMENTS);
      }
  }

  #await(key: number, flow: JudgedFlow): void {
    this.#early.set(key, flow);
    if (this.#early.size <= MAX_EARLY) return;
    const [oldest = key] = this.#early.keys();
    this.#early.delete(oldest);
    this.#foreign++;
  }

  #remember(exchange: Exchange, tag: Tag): Waiting<Tag> {
    const { outcome, startedAt, endedAt, localPort } = exchange;
    const own = judgeBySocket(exchange);
    const waiting = this.#spare;
    if (!waiting) return { tag, outcome, own, startedAt, endedAt, localPort, next: undefined };
    this.#spare = waiting.next;
    return Object.assign(waiting, { tag, outcome, own, startedAt, endedAt, localPort, next: undefined });
  }

  /** Takes the first wanted one at a local end out of those that wait. */
  #take(key: number, isWanted: (waiting: Waiting<Tag>) => boolean): Waiting<Tag> | undefined {
    let before: Waiting<Tag> | undefined;
    let waiting = this.#waiting.get(key);
    while (waiting && !isWanted(waiting)) [before, waiting] = [waiting, waiting.next];
    if (!waiting) return undefined;
    if (before) before.next = waiting.next;
    else if (waiting.next) this.#waiting.set(key, waiting.next);
    else this.#waiting.delete(key);
    return waiting;
  }

  #settle(waiting: Waiting<Tag>, { verdict, why }: Judgement, segments: Segment[]): void {
    const { tag, localPort, startedAt } = waiting;
    waiting.next = this.#spare;
    this.#spare = waiting;
    this.#onVerdict({ tag, verdict, why, localPort, startedAt, segments });
  }
}

/** A busy machine may be this late between its note of the start and the SYN, milliseconds. */
const SAME_MS = 2000;

/** The wall clock of now counts, not that of the start of the process: in hours they drift apart. */
const apart = ({ startedAt }: { startedAt: number }, flow: JudgedFlow): number =>
  Math.abs(Date.now() - performance.now() + startedAt - flow.startedAt);

const isSame = (waiting: { startedAt: number }, flow: JudgedFlow): boolean => apart(waiting, flow) < SAME_MS;

/** The one of a chain that began when the flow did. */
function nearestOf<Tag>(first: Waiting<Tag> | undefined, flow: JudgedFlow): Waiting<Tag> | undefined {
  let nearest = first;
  for (let one = first; one; one = one.next) if (nearest && apart(one, flow) < apart(nearest, flow)) nearest = one;
  return nearest && isSame(nearest, flow) ? nearest : undefined;
}
