import { expect, test } from 'vitest';
import { adler32 } from './adler32.ts';

test('the checksum of known texts is right, beyond 31 bits too', () => {
  expect(adler32(Buffer.from(''))).toBe(1);
  expect(adler32(Buffer.from('Wikipedia'))).toBe(0x11e60398);
  expect(adler32(Buffer.alloc(5552, 0xff))).toBe(0xf18f9b8c);
});
