import { createHash } from 'node:crypto';
import { ExitCode, UserError } from '../cli/exit.ts';
import type { ImagePart } from './image.ts';
import type { FlashSession } from './session.ts';
import { compressRegion, WriteBroken, writeRegion, type CompressedRegion } from './write-region.ts';

const SECTOR_SIZE = 4096;
/** Far more than the 0.4 s that erasing a sector takes at most (Winbond W25Q32, tSE). */
const SECTOR_ERASE_TIMEOUT_MS = 3000;
const MAX_ROUNDS = 3;

/** What went over the line to write an image. */
export interface Written {
  /** Bytes in flash, and as they were sent. */
  bytes: number;
  compressedBytes: number;
  /** Rate at which the last block was written. */
  baudRate: number;
  /** Milliseconds from the first sector erased to the last digest compared. */
  writeMs: number;
}

/** A piece of the image and its stream. */
interface Region extends ImagePart {
  stream: CompressedRegion;
}

/**
 * Writes `parts`, each verified by MD5, then compares them all once more: commands carry no checksum, so that a damaged
 * one may have erased or written what was right before. The first sector, without which the boot ROM starts nothing, is
 * erased first and written last, so that half a firmware never runs.
 */
export async function writeImage(session: FlashSession, parts: readonly ImagePart[]): Promise<Written> {
  const regions = planRegions(parts).map((part) => ({
    ...part,
    stream: compressRegion(part.address, part.data, session.loader.blockSize),
  }));
  const started = session.clock.now();
  session.isUnbootable = true;
  let compressedBytes = 0;
  for (let rounds = 0; rounds < MAX_ROUNDS; rounds++) {
    await session.persistently(() => session.loader.eraseRegion(0, SECTOR_SIZE, SECTOR_ERASE_TIMEOUT_MS));
    compressedBytes += await writeRegions(session, regions);
    if (await session.persistently(() => allRight(session, regions))) {
      session.isUnbootable = false;
      const writeMs = session.clock.now() - started;
      return { bytes: totalSize(regions), compressedBytes, baudRate: session.port.baudRate, writeMs };
    }
    session.note('something in flash has changed while the rest was written; once more');
  }
  throw new UserError(
    'the flash does not keep what is written to it; the board must be flashed again',
    'try a lower --baud and another power supply; if it stays so, the flash chip is worn out',
    ExitCode.boardFailed,
  );
}

/** Pieces in the order of writing: all that is not the first sector, then the first sector. */
function planRegions(parts: readonly ImagePart[]): ImagePart[] {
  const regions = parts.map((part) => ({ ...part, data: padded(part.data) }));
  return [
    ...regions.filter(({ address }) => address !== 0),
    ...regions
      .filter(({ address }) => address === 0)
      .flatMap(({ name, data }) => [
        { name, address: SECTOR_SIZE, data: data.subarray(SECTOR_SIZE) },
        { name, address: 0, data: data.subarray(0, SECTOR_SIZE) },
      ]),
  ];
}

async function writeRegions(session: FlashSession, regions: readonly Region[]): Promise<number> {
  const total = totalSize(regions);
  let before = 0;
  let compressed = 0;
  for (const region of regions) {
    const onWritten = (written: number): void => session.progress('write', before + written, total);
    onWritten(0);
    compressed += await writeVerified(session, region, onWritten);
    before += region.data.length;
  }
  return compressed;
}

async function allRight(session: FlashSession, regions: readonly ImagePart[]): Promise<boolean> {
  for (const region of regions) if (!(await isRight(session, region))) return false;
  return true;
}

/** Writes one region until the chip's digest of it is right, from the place where it broke off. */
async function writeVerified(
  session: FlashSession,
  region: Region,
  onWritten: (written: number) => void,
): Promise<number> {
  const { address, data, stream } = region;
  let compressed = 0;
  let from = address;
  await session.persistently(async () => {
    const start = from;
    from = address;
    const { blockSize } = session.loader;
    const rest = start === address ? stream : compressRegion(start, data.subarray(start - address), blockSize);
    try {
      await writeRegion(session.loader, rest, (written, blockSize) => {
        compressed += blockSize;
        onWritten(start - address + written);
      });
    } catch (error) {
      if (error instanceof WriteBroken) from = error.resumeAt;
      throw error;
    }
    if (!(await isRight(session, region))) throw new Error('flash does not hold what was written (MD5)');
  });
  return compressed;
}

/** Asks for the digest twice when it is wrong, since the answer may have been hurt instead of the flash. */
async function isRight({ loader }: FlashSession, { address, data }: ImagePart): Promise<boolean> {
  const wanted = createHash('md5').update(data).digest('hex');
  return (await loader.md5(address, data.length)) === wanted || (await loader.md5(address, data.length)) === wanted;
}

/** The chip writes whole words. */
function padded(data: Uint8Array): Uint8Array {
  const words = new Uint8Array(Math.ceil(data.length / 4) * 4).fill(0xff);
  words.set(data);
  return words;
}

const totalSize = (regions: readonly ImagePart[]): number => regions.reduce((sum, { data }) => sum + data.length, 0);
