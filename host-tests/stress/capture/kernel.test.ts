import { expect, test } from 'vitest';
import { counterDeltas, parseCounters } from './kernel.ts';

test('reads the counters that speak of endings from pairs of lines', () => {
  const text = 'Tcp: RtoMin RetransSegs EstabResets\nTcp: 200 8 3\nTcpExt: TCPChallengeACK Other\nTcpExt: 17 5\n';
  expect(parseCounters(text)).toEqual({ RetransSegs: 8, EstabResets: 3, TCPChallengeACK: 17 });
});

test('a delta counts from zero for a counter that was not there before', () => {
  expect(counterDeltas({ RetransSegs: 3 }, { RetransSegs: 8, TCPTimeouts: 2 })).toEqual({
    RetransSegs: 5,
    TCPTimeouts: 2,
  });
});
