import { seededRandom } from '../virtual-board/random.ts';
import {
  CHECKSUM_SEED,
  HEADER_SIZE,
  IMAGE_MAGIC,
  IROM_OFFSET,
  RF_CAL_ENTRY,
  SEGMENT_HEADER_SIZE,
  SYNTHETIC_MARK,
} from './image.ts';

export interface SyntheticOptions {
  /** Bytes of the whole image. */
  size?: number;
  seed?: number;
}

const ENTRY_POINT = 0x40100004;
const DIO_MODE = 2;
const SIZE_512K_AT_40_MHZ = 0x00;

/**
 * A combined image as a NodeMCU build on SDK 3.x makes it: header, RAM segments with their checksum, partition table,
 * code for flash. There is no firmware in it, which its text says; only the virtual board, which brings its own, runs
 * after it was flashed. The same options always give the same bytes, and they compress about as well as real code.
 */
export function syntheticImage({ size = 256 * 1024, seed = 1 }: SyntheticOptions = {}): Uint8Array {
  const code = codeLike(seed);
  const image = new Uint8Array(size).fill(0xff);
  image.set(ramImage(code));
  const irom = IROM_OFFSET + partitionTable.length;
  image.set(partitionTable, IROM_OFFSET);
  image.set(code(size - irom), irom);
  image.set(new TextEncoder().encode(`\0${SYNTHETIC_MARK}\0NodeMCU 3.0.0.0\0SDK 3.0.1-dev(fce080e)\0`), irom + 256);
  return image;
}

const partitionTable = words(
  ...[101, 0x00000, 0xb000],
  ...RF_CAL_ENTRY,
  ...[5, 0xc000, 0x1000],
  ...[6, 0xd000, 0x3000],
  ...[102, IROM_OFFSET, 0],
  ...[103, 0, 0],
  ...[105, 0, 0],
  ...[0, 0, 0],
);

function ramImage(code: (length: number) => Uint8Array): Uint8Array {
  const segments = [
    { address: 0x40100000, data: code(0x6800) },
    { address: 0x3ffe8000, data: code(0x0400) },
    { address: 0x3ffe8400, data: code(0x0d10) },
  ];
  const header = Uint8Array.of(...[IMAGE_MAGIC, segments.length, DIO_MODE, SIZE_512K_AT_40_MHZ], ...words(ENTRY_POINT));
  const length = segments.reduce((sum, { data }) => sum + SEGMENT_HEADER_SIZE + data.length, HEADER_SIZE);
  const image = new Uint8Array((length | 15) + 1);
  image.set(header);
  let at = HEADER_SIZE;
  let checksum = CHECKSUM_SEED;
  for (const { address, data } of segments) {
    image.set(words(address, data.length), at);
    image.set(data, at + SEGMENT_HEADER_SIZE);
    at += SEGMENT_HEADER_SIZE + data.length;
    for (const byte of data) checksum ^= byte;
  }
  image[image.length - 1] = checksum;
  return image;
}

/** Bytes that repeat the way machine code does: runs copied from a little earlier, broken by new ones. */
function codeLike(seed: number): (length: number) => Uint8Array {
  const random = seededRandom(seed);
  return (length) => {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length;) {
      const run = 3 + Math.floor(random() * 6);
      const isCopy = at > 64 && random() < 0.45;
      const from = at - 8 - Math.floor(random() * Math.min(at - 8, 4000));
      for (let index = 0; index < run && at < length; index++, at++) {
        bytes[at] = isCopy ? (bytes[from + index] ?? 0) : Math.floor(random() * 256);
      }
    }
    return bytes;
  };
}

function words(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) view.setUint32(4 * index, value, true);
  return bytes;
}
