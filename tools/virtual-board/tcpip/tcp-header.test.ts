import { describe, expect, it } from 'vitest';
import { foldSum, sumPseudoHeader, sumWords } from './checksum.ts';
import type { Ipv4Packet } from './ipv4.ts';
import { write16, write32 } from './octets.ts';
import { parseSegment } from './tcp-header.ts';

const START = 34;

/** A SYN with these option bytes, padded to a multiple of four. */
function packet(options: readonly number[]): Ipv4Packet {
  const header = 20 + Math.ceil(options.length / 4) * 4;
  const frame = new Uint8Array(START + header);
  write16(frame, START, 1234);
  write32(frame, START + 4, 7);
  frame[START + 12] = (header / 4) << 4;
  frame[START + 13] = 2;
  frame.set(options, START + 20);
  const [source, destination] = [0x0a000001, 0x0a000002];
  const pseudo = sumPseudoHeader(source, destination, 6, header);
  write16(frame, START + 16, foldSum(sumWords(frame, START, frame.length, pseudo)));
  return { frame, source, destination, protocol: 6, start: START, end: frame.length };
}

describe('options of a segment', () => {
  it('are walked past padding and unknown kinds, whatever their alignment', () => {
    expect(parseSegment(packet([1, 2, 4, 5, 0xb4]))?.mss).toBe(1460);
    expect(parseSegment(packet([8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 254, 3, 9, 2, 4, 2, 0x18]))?.mss).toBe(536);
  });

  it('may name the MSS twice: the last counts', () => {
    expect(parseSegment(packet([2, 4, 5, 0xb4, 2, 4, 2, 0x18]))?.mss).toBe(536);
  });

  it('with a length of one are a single byte, as for lwIP', () => {
    expect(parseSegment(packet([254, 1, 2, 4, 5, 0xb4]))?.mss).toBe(1460);
  });

  it('end at the end-of-list option', () => {
    expect(parseSegment(packet([0, 2, 4, 5, 0xb4]))?.mss).toBeUndefined();
  });

  it.each([
    ['a length of zero', [254, 0, 2, 4, 5, 0xb4]],
    ['a length beyond the header', [254, 40, 2, 4]],
    ['an MSS of wrong length', [2, 3, 5, 0]],
    ['an option cut off by the header', [1, 1, 1, 2]],
  ])('with %s are given up, not the segment', (_what, options) => {
    const segment = parseSegment(packet(options));
    expect(segment?.sequence).toBe(7);
    expect(segment?.mss).toBeUndefined();
  });
});

it('drops a segment whose header claims more than there is', () => {
  const short = packet([]);
  short.frame[START + 12] = 0xf0;
  expect(parseSegment(short)).toBeUndefined();
});
