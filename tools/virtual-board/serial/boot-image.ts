import type { FlashChip } from './flash-chip.ts';

const IMAGE_MAGIC = 0xe9;
const CHECKSUM_SEED = 0xef;
const HEADER_SIZE = 8;
const SEGMENT_HEADER_SIZE = 8;
/** The ROM maps code from here on; the image loaded to RAM must end before it. */
const IROM_START = 0x10000;

/**
 * Whether the boot ROM would start what is in flash: an image header at address 0, segments that end in the right XOR
 * checksum, and code at 0x10000. Written apart from the flasher's own checks on purpose, so that one can catch the other.
 */
export function isBootable(flash: FlashChip): boolean {
  const end = endOfSegments(flash);
  if (end === undefined) return false;
  const checksumAt = end | 15;
  if (flash.read(checksumAt, 1)[0] !== ramChecksum(flash)) return false;
  return !flash.read(IROM_START, 16).every((byte) => byte === 0xff);
}

function endOfSegments(flash: FlashChip): number | undefined {
  let end = HEADER_SIZE;
  for (const segment of segments(flash)) {
    end = segment.start + segment.length;
    if (end > IROM_START) return undefined;
  }
  return end === HEADER_SIZE ? undefined : end;
}

function* segments(flash: FlashChip): Generator<{ start: number; length: number }> {
  const header = flash.read(0, HEADER_SIZE);
  if (header[0] !== IMAGE_MAGIC) return;
  const count = header[1] ?? 0;
  let at = HEADER_SIZE;
  for (let index = 0; index < count && at < IROM_START; index++) {
    const length = new DataView(flash.read(at + 4, 4).buffer).getUint32(0, true);
    yield { start: at + SEGMENT_HEADER_SIZE, length };
    at += SEGMENT_HEADER_SIZE + length;
  }
}

function ramChecksum(flash: FlashChip): number {
  let checksum = CHECKSUM_SEED;
  for (const { start, length } of segments(flash)) {
    for (const byte of flash.read(start, length)) checksum ^= byte;
  }
  return checksum;
}
