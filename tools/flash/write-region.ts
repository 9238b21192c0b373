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

/**
 * Sends `data` for `address` as one compressed stream. A damaged block is sent again; silence or any other refusal
 * breaks the stream, since nobody knows then whether the block was taken. After every block `onSent` hears how much of
 * `data` the blocks so far hold, and how long the block was.
 * @throws WriteBroken
 */
export async function writeRegion(
  loader: BoardLoader,
  address: number,
  data: Uint8Array,
  onSent: (written: number, blockSize: number) => void,
): Promise<void> {
  const compressed = deflateSync(data, { level: 9 });
  const inflated = inflateCounter();
  let safe = 0;
  let taken = 0;
  let timeoutMs = MIN_TIMEOUT_MS;
  try {
    const lineMs = (loader.blockSize * BITS_PER_BYTE * 1000) / loader.baudRate;
    await loader.beginCompressed(data.length, compressed.length, address);
    for (let at = 0, sequence = 0; at < compressed.length; at += loader.blockSize, sequence++) {
      const block = compressed.subarray(at, at + loader.blockSize);
      const sending = sendBlock(loader, block, sequence, lineMs + timeoutMs);
      const holds = inflated(block);
      await sending;
      safe = taken;
      taken = holds;
      timeoutMs = Math.max(MIN_TIMEOUT_MS, (taken - safe) * WRITE_MS_PER_BYTE);
      onSent(taken, block.length);
    }
    await loader.endCompressed(timeoutMs);
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
