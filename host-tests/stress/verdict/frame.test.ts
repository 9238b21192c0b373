import { expect, test } from 'vitest';
import { ipv4ToNumber, readTcpFrame } from './frame.ts';
import { ACK, PSH } from './segment.ts';
import { bytesOf, frameOf } from './testing/frames.ts';

const frame = frameOf(
  { t: 0, from: 'client', flags: ACK | PSH, seq: 4_000_000_000, ack: 7, win: 5840, len: 100 },
  40_000,
);

test('reads addresses, numbers and the length of the payload', () => {
  expect(readTcpFrame(bytesOf(frame))).toEqual(frame);
});

test('reads a frame that the capture cut behind the TCP header', () => {
  expect(readTcpFrame(bytesOf(frame).subarray(0, 60))?.len).toBe(100);
});

test('subtracts TCP options from the length', () => {
  const bytes = bytesOf(frame);
  bytes[46] = 0x80;
  expect(readTcpFrame(bytes)?.len).toBe(88);
});

test.each([
  ['ARP', (bytes: Buffer) => bytes.writeUInt16BE(0x0806, 12)],
  ['UDP', (bytes: Buffer) => (bytes[23] = 17)],
  ['a later fragment', (bytes: Buffer) => bytes.writeUInt16BE(100, 20)],
  ['IP version 6', (bytes: Buffer) => (bytes[14] = 0x65)],
])('ignores %s', (_name, change) => {
  const bytes = bytesOf(frame);
  change(bytes);
  expect(readTcpFrame(bytes)).toBeUndefined();
});

test('ignores frames that are too short', () => {
  expect(readTcpFrame(bytesOf(frame).subarray(0, 53))).toBeUndefined();
});

test('a dotted quad is the number in the header', () => {
  expect(ipv4ToNumber('192.168.100.99')).toBe(0xc0a86463);
});
