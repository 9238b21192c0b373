import type { Fault } from './stage.ts';

const ETHERNET_HEADER = 14;

/**
 * Flips one bit behind the Ethernet header with `probability`: what a radio's own checksum misses, or a bridge spoils,
 * and what the checksums of IP, UDP and TCP are there to find.
 */
export function corruption(probability: number): Fault {
  return (_clock, random) => (frame, pass) => {
    if (random() < probability && frame.length > ETHERNET_HEADER) pass(flipBit(frame, random()));
    else pass(frame);
  };
}

function flipBit(frame: Uint8Array, where: number): Uint8Array {
  const spoilt = Uint8Array.from(frame);
  const bit = Math.floor(where * (frame.length - ETHERNET_HEADER) * 8);
  const index = ETHERNET_HEADER + (bit >> 3);
  spoilt[index] = (spoilt[index] ?? 0) ^ (1 << (bit & 7));
  return spoilt;
}
