import { expect, test } from 'vitest';
import { newExchange, type Exchange } from '../client/exchange.ts';
import { ipv4ToNumber } from './frame.ts';
import { KernelMatcher } from './kernel-matcher.ts';
import { endKey, type Verdict } from './matcher.ts';

const exchange = (over: Partial<Exchange>): Exchange => ({
  ...newExchange(),
  localPort: 4000,
  startedAt: 1000,
  connectedAt: 1001,
  repliedAt: 1003,
  endedAt: 1004,
  outcome: 'answered',
  ending: 'device-fin',
  ...over,
});

function newMatcher(): { matcher: KernelMatcher<string>; verdicts: Verdict<string>[] } {
  const verdicts: Verdict<string>[] = [];
  return { matcher: new KernelMatcher('127.0.0.1', (verdict) => verdicts.push(verdict)), verdicts };
}

const nothingFound = {
  stuckEnds: new Set<number>(),
  stuck: { verdict: 'silent-fin', why: '' },
  synsSentAgain: false,
} as const;

test('without a capture a port stuck in LAST_ACK gets the verdict of the kernel tables', () => {
  const { matcher, verdicts } = newMatcher();
  matcher.exchange(exchange({}), 'stuck');
  matcher.exchange(exchange({ localPort: 4001 }), 'fine');
  matcher.exchange(exchange({ localPort: 4002, endedAt: 9000 }), 'too early to tell');
  const stuckEnds = new Set([endKey(ipv4ToNumber('127.0.0.1'), 4000)]);
  matcher.settleBefore(5000, { ...nothingFound, stuckEnds });
  expect(verdicts.map(({ tag, verdict }) => [tag, verdict])).toEqual([
    ['stuck', 'silent-fin'],
    ['fine', 'device-first-clean'],
  ]);
});

test.each([
  [true, 'syn-dropped'],
  [false, 'device-first-clean'],
])(
  'without a capture a connect of a second means a lost SYN only if one was sent again: %s',
  (synsSentAgain, verdict) => {
    const { matcher, verdicts } = newMatcher();
    matcher.exchange(exchange({ connectedAt: 2001, repliedAt: 2003, endedAt: 2004 }), 'slow');
    matcher.settleBefore(5000, { ...nothingFound, synsSentAgain });
    expect(verdicts).toMatchObject([{ verdict }]);
  },
);

test('every connection is judged once, in the order of their ends, however often the kernel is asked', () => {
  const { matcher, verdicts } = newMatcher();
  const ended = (endedAt: number): void => matcher.exchange(exchange({ endedAt }), `at ${endedAt}`);
  ended(1000);
  ended(2000);
  matcher.settleBefore(500, nothingFound);
  matcher.settleBefore(1500, nothingFound);
  ended(3000);
  matcher.settleBefore(1500, nothingFound);
  matcher.settleBefore(Infinity, nothingFound);
  expect(verdicts.map(({ tag }) => tag)).toEqual(['at 1000', 'at 2000', 'at 3000']);
});

test("the harness's own faults are left out", () => {
  const { matcher, verdicts } = newMatcher();
  matcher.exchange(exchange({ outcome: 'harness', localPort: 0 }), 'a');
  matcher.settleBefore(Infinity, nothingFound);
  expect(verdicts).toEqual([]);
});
