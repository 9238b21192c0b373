import { expect, test } from 'vitest';
import { ipv4ToNumber } from './frame.ts';
import { KernelMatcher } from './kernel-matcher.ts';
import { endKey, type Verdict } from './matcher.ts';
import { answeredExchange as exchange } from './testing/exchanges.ts';

function newMatcher(): { matcher: KernelMatcher<string>; verdicts: Verdict<string>[] } {
  const verdicts: Verdict<string>[] = [];
  return { matcher: new KernelMatcher('127.0.0.1', (verdict) => verdicts.push(verdict)), verdicts };
}

const nothingFound = {
  stuckEnds: [],
  stuck: { verdict: 'silent-fin', why: '' },
  synsSentAgain: false,
} as const;

test('without a capture a port stuck in LAST_ACK gets the verdict of the kernel tables', () => {
  const { matcher, verdicts } = newMatcher();
  matcher.exchange(exchange({}), 'stuck');
  matcher.exchange(exchange({ localPort: 4001 }), 'fine');
  matcher.exchange(exchange({ localPort: 4002, endedAt: 9000 }), 'too early to tell');
  const stuckEnds = [{ end: endKey(ipv4ToNumber('127.0.0.1'), 4000) }];
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

test('a stuck end whose port nobody read belongs to the connection that heard data then, and to one only', () => {
  const { matcher, verdicts } = newMatcher();
  const end = endKey(ipv4ToNumber('127.0.0.1'), 4000);
  for (const repliedAt of [1000, 1200, 1400])
    matcher.exchange(exchange({ localPort: 0, firstByteAt: repliedAt, repliedAt, endedAt: repliedAt + 1 }), '');
  const stuckEnds = [{ end, heardAt: 1190 }];
  matcher.settleBefore(1300, { ...nothingFound, stuckEnds });
  matcher.settleBefore(Infinity, { ...nothingFound, stuckEnds: [{ end, heardAt: 1390 }] });
  expect(verdicts.map(({ verdict, localPort }) => [verdict, localPort])).toEqual([
    ['device-first-clean', 0],
    ['silent-fin', 4000],
    ['device-first-clean', 0],
  ]);
});

test("a stuck end of which no connection can be the owner is somebody else's", () => {
  const { matcher, verdicts } = newMatcher();
  const stuckEnds = [{ end: endKey(ipv4ToNumber('127.0.0.1'), 4000), heardAt: 1003 }];
  matcher.exchange(exchange({ localPort: 0, firstByteAt: 2000, repliedAt: 2000 }), 'later');
  matcher.exchange(exchange({ localPort: 0, ending: 'client-fin' }), 'closed by the client');
  matcher.exchange(exchange({ localPort: 4001 }), 'of another port');
  matcher.settleBefore(Infinity, { ...nothingFound, stuckEnds });
  expect(verdicts.filter(({ verdict }) => verdict === 'silent-fin')).toEqual([]);
});
