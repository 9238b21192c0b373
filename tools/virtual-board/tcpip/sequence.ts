/** TCP sequence numbers are kept as signed 32-bit numbers (`| 0`), so that comparing them modulo 2^32 is one subtraction. */
export type Sequence = number;

export const before = (a: Sequence, b: Sequence): boolean => ((a - b) | 0) < 0;
export const atOrBefore = (a: Sequence, b: Sequence): boolean => ((a - b) | 0) <= 0;
export const after = (a: Sequence, b: Sequence): boolean => ((a - b) | 0) > 0;
/** first <= a <= last */
export const within = (a: Sequence, first: Sequence, last: Sequence): boolean =>
  ((a - first) | 0) >= 0 && ((a - last) | 0) <= 0;
/** How far `b` lies ahead of `a`, as an unsigned number. */
export const distance = (a: Sequence, b: Sequence): number => (b - a) >>> 0;
