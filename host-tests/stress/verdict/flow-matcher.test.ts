import { expect, test } from 'vitest';
import { FlowMatcher } from './flow-matcher.ts';
import type { JudgedFlow } from './flow-table.ts';
import { ipv4ToNumber } from './frame.ts';
import type { Verdict } from './matcher.ts';
import { answeredExchange as exchange } from './testing/exchanges.ts';

const flow = (over: Partial<JudgedFlow>): JudgedFlow => ({
  verdict: 'withheld-fin-ack',
  why: '',
  clientAddress: ipv4ToNumber('127.0.0.1'),
  clientPort: 4000,
  startedAt: performance.timeOrigin + 1000,
  lastAt: performance.timeOrigin + 1300,
  segments: [],
  ...over,
});

function newMatcher(): { matcher: FlowMatcher<string>; verdicts: Verdict<string>[] } {
  const verdicts: Verdict<string>[] = [];
  return { matcher: new FlowMatcher('127.0.0.1', (verdict) => verdicts.push(verdict)), verdicts };
}

test('the wire decides, whichever side is known first', () => {
  const { matcher, verdicts } = newMatcher();
  matcher.exchange(exchange({}), 'a');
  matcher.flow(flow({}));
  matcher.flow(flow({ clientPort: 4001 }));
  matcher.exchange(exchange({ localPort: 4001 }), 'b');
  expect(verdicts.map(({ tag, verdict }) => [tag, verdict])).toEqual([
    ['a', 'withheld-fin-ack'],
    ['b', 'withheld-fin-ack'],
  ]);
});

test('what only the application sees wins over a clean close', () => {
  const { matcher, verdicts } = newMatcher();
  matcher.exchange(exchange({ outcome: 'truncated' }), 'a');
  matcher.flow(flow({ verdict: 'device-first-clean' }));
  expect(verdicts[0]?.verdict).toBe('truncated');
});

test('a duel stays a duel whatever the application saw', () => {
  const { matcher, verdicts } = newMatcher();
  matcher.exchange(exchange({ outcome: 'wrong-reply' }), 'a');
  matcher.flow(flow({ verdict: 'duel' }));
  expect(verdicts[0]?.verdict).toBe('duel');
});

test('a port that is used twice keeps its connections apart', () => {
  const { matcher, verdicts } = newMatcher();
  matcher.exchange(exchange({}), 'first');
  matcher.exchange(exchange({ startedAt: 2000, endedAt: 2004 }), 'second');
  matcher.flow(flow({ verdict: 'duel', startedAt: performance.timeOrigin + 2000 }));
  matcher.flow(flow({ verdict: 'silent-fin' }));
  expect(verdicts.map(({ tag, verdict }) => [tag, verdict])).toEqual([
    ['second', 'duel'],
    ['first', 'silent-fin'],
  ]);
});

test('connections from two addresses with the same port are kept apart', () => {
  const { matcher, verdicts } = newMatcher();
  matcher.exchange(exchange({}), 'first address');
  matcher.exchange(exchange({ localAddress: '127.0.0.2' }), 'second address');
  matcher.flow(flow({ clientAddress: ipv4ToNumber('127.0.0.2'), verdict: 'duel' }));
  matcher.flow(flow({}));
  expect(verdicts.map(({ tag, verdict }) => [tag, verdict])).toEqual([
    ['second address', 'duel'],
    ['first address', 'withheld-fin-ack'],
  ]);
});

test('a connection that left no frame is judged by its socket at the end, and counted', () => {
  const { matcher, verdicts } = newMatcher();
  matcher.exchange(exchange({}), 'a');
  matcher.finish();
  expect(verdicts).toMatchObject([{ verdict: 'device-first-clean' }]);
  expect(matcher.unseen).toBe(1);
});

test('a flow of somebody else gives no verdict, and is counted', () => {
  const { matcher, verdicts } = newMatcher();
  matcher.flow(flow({}));
  matcher.finish();
  expect(verdicts).toEqual([]);
  expect(matcher.foreign).toBe(1);
});

test("the harness's own faults are never held against the board", () => {
  const { matcher, verdicts } = newMatcher();
  matcher.exchange(exchange({ outcome: 'harness', localPort: 0 }), 'a');
  matcher.finish();
  expect(verdicts).toEqual([]);
});

test('connections of others are counted, however many come, and do not displace our own', () => {
  const { matcher, verdicts } = newMatcher();
  for (let one = 0; one < 30_000; one++) matcher.flow(flow({ clientAddress: 1 + one }));
  matcher.flow(flow({}));
  expect(matcher.foreign).toBe(30_001);
  matcher.exchange(exchange({}), 'a');
  expect(verdicts).toHaveLength(1);
  expect(matcher.foreign).toBe(30_000);
});
