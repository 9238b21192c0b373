/** Adler-32 as RFC 1950 section 8.2 defines it: the strongest digest that a few lines of plain Lua can compute. */
export function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return b * 65536 + a;
}
