/** Adds the 16-bit words of `bytes[from, to)` to `sum` (RFC 1071); an odd last byte counts as the high half of a word. */
export function sumWords(bytes: Uint8Array, from: number, to: number, sum: number): number {
  const even = to - 1;
  let at = from;
  for (; at < even; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  return at < to ? sum + ((bytes[at] ?? 0) << 8) : sum;
}

/** The one's complement of a folded sum, ready for a header. A block that contains its own right checksum gives 0. */
export function foldSum(sum: number): number {
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

/** The part of a TCP or UDP checksum that covers addresses, protocol and length (RFC 9293 section 3.1). */
export const sumPseudoHeader = (source: number, destination: number, protocol: number, length: number): number =>
  (source >>> 16) + (source & 0xffff) + (destination >>> 16) + (destination & 0xffff) + protocol + length;
