import { expect, test } from 'vitest';
import { seededRandom } from '../../../tools/virtual-board/random.ts';
import { judge } from './judge.ts';
import { scenarios } from './testing/scenarios.ts';
import { Trace } from './testing/trace.ts';
import type { VerdictName } from './verdict.ts';

const PER_VERDICT = 500;
/** Five of a hundred places where the network can go wrong do: far above a bad Wi-Fi. */
const ACCIDENTS = 0.05;

/** What `verdict`'s generated connections are judged as, by verdict. */
function judgeMany(verdict: VerdictName): Partial<Record<VerdictName, number>> {
  const counts: Partial<Record<VerdictName, number>> = {};
  for (let seed = 1; seed <= PER_VERDICT; seed++) {
    const trace = new Trace(seededRandom(seed), ACCIDENTS);
    const until = scenarios[verdict]?.(trace) ?? 0;
    const judged = judge(trace.segments, until).verdict;
    counts[judged] = (counts[judged] ?? 0) + 1;
  }
  return counts;
}

test.each(Object.keys(scenarios) as VerdictName[])(
  'at least 99.5 % of generated %s connections on a bad network are judged so',
  (verdict) => {
    const counts = judgeMany(verdict);
    expect(counts[verdict] ?? 0, JSON.stringify(counts)).toBeGreaterThanOrEqual(0.995 * PER_VERDICT);
  },
);

test('no duel is missed, and nothing else is taken for one', () => {
  for (const verdict of Object.keys(scenarios) as VerdictName[])
    expect(judgeMany(verdict).duel ?? 0, verdict).toBe(verdict === 'duel' ? PER_VERDICT : 0);
});
