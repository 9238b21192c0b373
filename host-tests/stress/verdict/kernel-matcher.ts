import { isOurs, type Exchange } from '../client/exchange.ts';
import type { Judgement } from './judge.ts';
import { LocalEnds, type Matcher, type Verdict } from './matcher.ts';
import type { Segment } from './segment.ts';
import { judgeBySocket, type SocketJudgement } from './socket-verdict.ts';

/** What kernel tables and counters add to what sockets say. */
export interface KernelFindings {
  /** Local ends (`endKey`) whose FIN stays unacknowledged, and what that means. */
  stuckEnds: ReadonlySet<number>;
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
  localPort: number;
  localEnd: number;
}

const NO_SEGMENTS: Segment[] = [];

/** Judges connections by their sockets, once the kernel's tables have had time to show which of them are stuck. */
export class KernelMatcher<Tag> implements Matcher<Tag> {
  readonly #onVerdict: (verdict: Verdict<Tag>) => void;
  readonly #ends: LocalEnds;
  /** In the order of their ends. */
  readonly #waiting: Waiting<Tag>[] = [];
  /** Used again: at full rate thirty thousand wait at any time. */
  readonly #spare: Waiting<Tag>[] = [];

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
    this.#waiting.push(waiting);
  }

  /** Judges the connections that ended before `before` (`performance.now()`). */
  settleBefore(before: number, findings: KernelFindings): void {
    const left = this.#waiting.findIndex(({ endedAt }) => endedAt >= before);
    for (const due of this.#waiting.splice(0, left < 0 ? Infinity : left)) {
      this.#settle(due, findings);
      this.#spare.push(due);
    }
  }

  #settle(due: Waiting<Tag>, { stuckEnds, stuck, synsSentAgain }: KernelFindings): void {
    const { tag, own, startedAt, localPort, localEnd } = due;
    const alone = (!synsSentAgain && own.otherwise) || own;
    const { verdict, why } = stuckEnds.has(localEnd) ? stuck : alone;
    this.#onVerdict({ tag, verdict, why, localPort, startedAt, segments: NO_SEGMENTS });
  }
}
