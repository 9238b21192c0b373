import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MalformedChunk } from './chunk.ts';
import { packLines, unpackLines } from './line-info.ts';

// Vectors worked out by hand from the comment in app/lua/lobject.h: [delta bytes] count ... 0.
const vectors: { name: string; lines: number[]; packed: number[] }[] = [
  { name: 'consecutive lines need no delta', lines: [1, 1, 2], packed: [2, 1, 0] },
  { name: 'a jump ahead stores the distance beyond the next line less one', lines: [5], packed: [0x83, 1, 0] },
  { name: 'a jump back has the sign bit', lines: [5, 3], packed: [0x83, 1, 0xc2, 1, 0] },
  { name: 'the same line again is one step back', lines: [2, 1, 1], packed: [0x80, 1, 0xc1, 2, 0] },
  { name: 'a long jump takes a second byte, low bits first', lines: [200], packed: [0x86, 0x83, 1, 0] },
  { name: 'a very long jump takes a third byte', lines: [20_000], packed: [0x9e, 0xb8, 0x82, 1, 0] },
  { name: 'a run ends after 126 instructions', lines: Array<number>(127).fill(1), packed: [126, 0xc0, 1, 0] },
];

test.each(vectors)('$name', ({ lines, packed }) => {
  expect([...packLines(lines)]).toEqual(packed);
  expect(unpackLines(Uint8Array.from(packed), lines.length)).toEqual(lines);
});

test('code without lines has no line information at all', () => {
  expect([...packLines([])]).toEqual([]);
});

test('any lines survive packing', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 1 << 24 }), { minLength: 1, maxLength: 300 }), (lines) => {
      expect(unpackLines(packLines(lines), lines.length)).toEqual(lines);
    }),
  );
});

test('line information that does not fit the code is refused', () => {
  expect(() => unpackLines(Uint8Array.of(2, 0), 3)).toThrow(MalformedChunk);
  expect(() => unpackLines(Uint8Array.of(4, 0), 3)).toThrow(MalformedChunk);
  expect(() => unpackLines(Uint8Array.of(3), 3)).toThrow(MalformedChunk);
});
