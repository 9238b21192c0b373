import { expect, test } from 'vitest';
import { PcapStream } from './pcap-stream.ts';

function pcap(magic: number, bigEndian: boolean, fraction: number): Buffer {
  const file = Buffer.alloc(24 + 16 + 4);
  const put = (value: number, at: number): number =>
    bigEndian ? file.writeUInt32BE(value, at) : file.writeUInt32LE(value, at);
  put(magic, 0);
  put(10, 24);
  put(fraction, 28);
  put(4, 32);
  put(4, 36);
  file.write('abcd', 40);
  return file;
}

test.each([
  ['microseconds, little endian', pcap(0xa1b2c3d4, false, 500)],
  ['microseconds, big endian', pcap(0xa1b2c3d4, true, 500)],
  ['nanoseconds, little endian', pcap(0xa1b23c4d, false, 500_000)],
])('reads %s, in whatever pieces it comes', (_name, file) => {
  const seen: [string, number][] = [];
  const stream = new PcapStream((bytes, t) => seen.push([Buffer.from(bytes).toString(), t]));
  for (const byte of file) stream.take(Buffer.of(byte));
  expect(seen).toEqual([['abcd', 10_000.5]]);
});

test('says so when it is not a pcap file', () => {
  expect(() => new PcapStream(() => undefined).take(Buffer.alloc(24))).toThrow('not a pcap file');
});
