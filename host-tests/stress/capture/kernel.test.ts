import { expect, test } from 'vitest';
import { ipv4ToNumber } from '../verdict/frame.ts';
import { endKey } from '../verdict/matcher.ts';
import { counterDeltas, parseCounters, parseLastAck } from './kernel.ts';

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

test('finds the local ends in LAST_ACK towards the server, and no others', () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0164A8C0:A29A 6364A8C0:0050 09 00000000:00000001 01:00000014 00000003     0        0 0 3
   1: 0164A8C0:A29B 6364A8C0:0050 01 00000000:00000000 00:00000000 00000000     0        0 0 1
   2: 0164A8C0:A29C 6364A8C0:1F90 09 00000000:00000001 01:00000014 00000003     0        0 0 3`;
  expect(parseLastAck(table, { address: '192.168.100.99', port: 80 })).toEqual([
    endKey(ipv4ToNumber('192.168.100.1'), 0xa29a),
  ]);
});
