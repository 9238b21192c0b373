import { isOurs, type Exchange } from '../client/exchange.ts';
import type { Judgement } from './judge.ts';
import { LocalEnds, NO_SEGMENTS, portOf, type Matcher, type Verdict } from './matcher.ts';
import { judgeBySocket, type SocketJudgement } from './socket-verdict.ts';

/** Our end of a connection, of which the kernel still waits for the ACK of the FIN. */
export interface StuckEnd {
  /** As `endKey` makes it. */
  end: number;
  /** When data last came, `performance.now()`; where that is known, exchanges need not know their ports. */
  heardAt?: number;
}

/** What kernel tables and counters add to what sockets say. */
export interface KernelFindings {
  /** Those whose FIN stays unacknowledged, and what that means. */
  stuckEnds: readonly StuckEnd[];
  stuck: Judgement;
  /** A SYN was sent again in this namespace since the run began; without that, a slow connect was a slow machine. */
  synsSentAgain: boolean;
}

/** What has to be remembered of an exchange until its verdict is out. */
interface Waiting<Tag> {
  tag: Tag;
  /** What its socket alone says. */
  own: SocketJudgement;
  startedAt: number;
  endedAt: number;
  /** 0: not known. */
  localPort: number;
  localEnd: number;
  /** When its last data came, if the device closed first: only then can its FIN be stuck in LAST_ACK. Else NaN. */
  heardAt: number;
}

/** The kernel counts in its ticks, and a busy client notes data late, milliseconds. */
const SAME_MS = 250;

/** Judges connections by their sockets, once the kernel's tables have had time to show which of them are stuck. */
export class KernelMatcher<Tag> implements Matcher<Tag> {
  readonly #onVerdict: (verdict: Verdict<Tag>) => void;
  readonly #ends: LocalEnds;
  /** In the order of their ends. */
  readonly #waiting: Waiting<Tag>[] = [];
  /** Used again: at full rate thirty thousand wait at any time. */
  readonly #spare: Waiting<Tag>[] = [];
  /** Stuck ends whose connections were found by time: those may be judged and gone while the kernel still waits. */
  readonly #found = new Set<number>();

  /** `usual`: the local address of connections for which the system chose it. */
  constructor(usual: string | undefined, onVerdict: (verdict: Verdict<Tag>) => void) {
    this.#ends = new LocalEnds(usual);
    this.#onVerdict = onVerdict;
  }

  exchange(exchange: Exchange, tag: Tag): void {
    if (isOurs(exchange.outcome)) return;
    const waiting = this.#spare.pop() ?? ({} as Waiting<Tag>);
    waiting.tag = tag;
    waiting.own = judgeBySocket(exchange);
    waiting.startedAt = exchange.startedAt;
    waiting.endedAt = exchange.endedAt;
    waiting.localPort = exchange.localPort;
    waiting.localEnd = this.#ends.keyOf(exchange);
    waiting.heardAt = exchange.ending === 'device-fin' ? Math.max(exchange.firstByteAt, exchange.repliedAt) : NaN;
    this.#waiting.push(waiting);
  }

  /** Judges the connections that ended before `before` (`performance.now()`). */
  settleBefore(before: number, findings: KernelFindings): void {
    const stuckEnds = new Set(findings.stuckEnds.map(({ end }) => end));
    for (const end of this.#found) if (!stuckEnds.has(end)) this.#found.delete(end);
    if (stuckEnds.size > 0) this.#find(findings.stuckEnds);
    const left = this.#waiting.findIndex(({ endedAt }) => endedAt >= before);
    for (const due of this.#waiting.splice(0, left < 0 ? Infinity : left)) {
      this.#settle(due, stuckEnds.has(due.localEnd), findings);
      this.#spare.push(due);
    }
  }

  /**
   * Tells connections that do not know their ports which of the stuck ends are theirs: those that heard data when the
   * ends did. Both are gone through in the order of time, since thousands may be stuck.
   */
  #find(stuckEnds: readonly StuckEnd[]): void {
    const known = new Set(this.#waiting.map(({ localEnd }) => localEnd));
    const isSought = (one: StuckEnd): one is Required<StuckEnd> => one.heardAt !== undefined && !known.has(one.end);
    const sought = byTime(stuckEnds.filter(isSought));
    const candidates = byTime(this.#waiting.filter((one) => one.localPort === 0 && !Number.isNaN(one.heardAt)));
    let place = 0;
    for (const { end, heardAt } of sought) {
      if (this.#found.has(end)) continue;
      const apart = (at: number): number => Math.abs((candidates[at]?.heardAt ?? Infinity) - heardAt);
      while (apart(place + 1) < apart(place)) place++;
      const nearest = candidates[place];
      if (!nearest || apart(place) > SAME_MS) continue;
      nearest.localEnd = end;
      nearest.localPort = portOf(end);
      this.#found.add(end);
      place++;
    }
  }

  #settle(due: Waiting<Tag>, isStuck: boolean, { stuck, synsSentAgain }: KernelFindings): void {
    const { tag, own, startedAt, localPort } = due;
    const alone = (!synsSentAgain && own.otherwise) || own;
    const { verdict, why } = isStuck ? stuck : alone;
    this.#onVerdict({ tag, verdict, why, localPort, startedAt, segments: NO_SEGMENTS });
  }
}

const byTime = <One extends { heardAt: number }>(ones: One[]): One[] => ones.sort((a, b) => a.heardAt - b.heardAt);
