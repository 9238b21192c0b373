import { Inflate } from 'pako';
import { deflateSync } from 'node:zlib';
import { stubStatus, type BoardLoader } from './board-loader.ts';

const SECTOR_SIZE = 4096;
const BAD_CHECKSUM = 0xc1;
const RESENDS = 3;
/** Erasing and programming what a block inflates to takes the chip at most so long (esptool's limit, 40 s per MB). */
const WRITE_MS_PER_BYTE = 0.04;
const MIN_TIMEOUT_MS = 3000;
const BITS_PER_BYTE = 10;

/** The write broke off; everything below `resumeAt` was acknowledged and a block older than that. */
export class WriteBroken extends Error {
  override readonly name = 'WriteBroken';
  readonly resumeAt: number;

  constructor(resumeAt: number, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.resumeAt = resumeAt;
  }
}

/** What goes over the line for a piece of flash, ready to be sent. */
export interface CompressedRegion {
  address: number;
  /** Bytes in flash, and on the line. */
  size: number;
  compressedSize: number;
  /** `holds` is how many bytes of the region all blocks up to this one inflate to, in whole sectors. */
  blocks: { bytes: Uint8Array; holds: number }[];
}

/** Compresses `data` for `address` ahead of time, so that the line never waits for it. */
export function compressRegion(address: number, data: Uint8Array, blockSize: number): CompressedRegion {
  const compressed = deflateSync(data, { level: 9 });
  const inflated = inflateCounter();
  const blocks: CompressedRegion['blocks'] = [];
  for (let at = 0; at < compressed.length; at += blockSize) {
    const bytes = compressed.subarray(at, at + blockSize);
    blocks.push({ bytes, holds: inflated(bytes) });
  }
  return { address, size: data.length, compressedSize: compressed.length, blocks };
}

/**
 * Sends a region as one compressed stream. A damaged block is sent again; silence or any other refusal breaks the
 * stream, since nobody knows then whether the block was taken. After every block `onSent` hears how much of the region
 * the blocks so far hold, and how long the block was. No command ends the stream: what becomes of the last block, the
 * digest tells, and the flasher stub takes anything else then (as esptool.py does it).
 * @returns how long the chip may need to write the last block, in milliseconds
 * @throws WriteBroken
 */
export async function writeRegion(
  loader: BoardLoader,
  { address, size, compressedSize, blocks }: CompressedRegion,
  onSent: (written: number, blockSize: number) => void,
): Promise<number> {
  let safe = 0;
  let taken = 0;
  let timeoutMs = MIN_TIMEOUT_MS;
  try {
    const lineMs = (loader.blockSize * BITS_PER_BYTE * 1000) / loader.baudRate;
    await loader.beginCompressed(size, compressedSize, address);
    for (const [sequence, { bytes, holds }] of blocks.entries()) {
      await sendBlock(loader, bytes, sequence, lineMs + timeoutMs);
      safe = taken;
      taken = holds;
      timeoutMs = Math.max(MIN_TIMEOUT_MS, (taken - safe) * WRITE_MS_PER_BYTE);
      onSent(taken, bytes.length);
    }
    return timeoutMs;
  } catch (error) {
    if (loader.transport.abortReason) throw error;
    throw new WriteBroken(address + safe - (safe % SECTOR_SIZE), error);
  }
}

async function sendBlock(loader: BoardLoader, block: Uint8Array, sequence: number, timeoutMs: number): Promise<void> {
  for (let resends = 0; ; resends++) {
    try {
      await loader.sendCompressed(block, sequence, timeoutMs);
      return;
    } catch (error) {
      if (stubStatus(error) !== BAD_CHECKSUM || resends === RESENDS) throw error;
    }
  }
}

/** Counts how many whole sectors the blocks given so far inflate to. */
function inflateCounter(): (block: Uint8Array) => number {
  let total = 0;
  const inflate = new Inflate({ chunkSize: SECTOR_SIZE });
  inflate.onData = (chunk) => {
    total += (chunk as Uint8Array).length;
  };
  return (block) => {
    inflate.push(block, false);
    return total;
  };
}
