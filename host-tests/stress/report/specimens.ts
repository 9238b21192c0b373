import type { Verdict } from '../verdict/matcher.ts';
import { verdictInfo, type VerdictName } from '../verdict/verdict.ts';
import type { Specimen } from './stress-report.ts';

const RANK = { good: 0, warn: 1, bad: 2 } as const;

/** Keeps one specimen per verdict: the one with most segments, since that is the longest story. */
export class SpecimenBox {
  readonly #origin: number;
  readonly #best = new Map<VerdictName, Specimen>();

  /** `origin`: when the run began, `performance.now()`. */
  constructor(origin: number) {
    this.#origin = origin;
  }

  offer(verdict: Verdict<unknown>, step: string): void {
    const known = this.#best.get(verdict.verdict);
    if (known && known.segments.length >= verdict.segments.length) return;
    const start = verdict.segments[0]?.t ?? 0;
    this.#best.set(verdict.verdict, {
      verdict: verdict.verdict,
      why: verdict.why,
      step,
      localPort: verdict.localPort,
      startedAt: verdict.startedAt - this.#origin,
      segments: verdict.segments.map((segment) => ({ ...segment, t: segment.t - start })),
    });
  }

  /** The worst first. */
  report(): Specimen[] {
    const rank = ({ verdict }: Specimen): number => RANK[verdictInfo[verdict].severity];
    return [...this.#best.values()].sort((a, b) => rank(b) - rank(a) || b.segments.length - a.segments.length);
  }
}
