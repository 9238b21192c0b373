/** One TCP segment of one connection, seen at one point. */
export interface Segment {
  /** Milliseconds, on the clock of whoever captured it. */
  t: number;
  from: 'client' | 'device';
  /** TCP flags as bits: FIN 1, SYN 2, RST 4, PSH 8, ACK 16 (RFC 9293 section 3.1). */
  flags: number;
  /** Sequence and acknowledgment number, unsigned 32 bit, as on the wire. */
  seq: number;
  ack: number;
  win: number;
  /** Bytes of payload. */
  len: number;
}

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;

/** a - b of two sequence numbers as a signed 32-bit distance (RFC 9293 section 3.4). */
export const distance = (a: number, b: number): number => (a - b) | 0;

/** The sequence number after `segment`: SYN and FIN count as one byte each. */
export const endOf = (segment: Segment): number =>
  (segment.seq + segment.len + (segment.flags & FIN ? 1 : 0) + (segment.flags & SYN ? 1 : 0)) >>> 0;

const letters: readonly (readonly [number, string])[] = [
  [SYN, 'SYN'],
  [FIN, 'FIN'],
  [RST, 'RST'],
  [PSH, 'PSH'],
  [ACK, 'ACK'],
];

export const flagNames = (flags: number): string =>
  letters
    .filter(([bit]) => flags & bit)
    .map(([, name]) => name)
    .join(',');
