import { createHash } from 'node:crypto';
import { ExitCode, UserError } from '../cli/exit.ts';
import type { ImagePart } from './image.ts';
import type { FlashSession } from './session.ts';
import { compressRegion, WriteBroken, writeRegion, type CompressedRegion } from './write-region.ts';

const SECTOR_SIZE = 4096;
/** Far more than the 0.4 s that erasing a sector takes at most (Winbond W25Q32, tSE). */
const SECTOR_ERASE_TIMEOUT_MS = 3000;
const MAX_ROUNDS = 3;
/** A stream holds at most so much: writing all of it takes the chip 10 s at most, and no silence is waited out longer. */
const STREAM_SIZE = 0x40000;
/** The chip computes the digest of so much within 8 s. */
const DIGEST_SIZE = 0x100000;

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

/** A piece of the image with its digest. */
interface Digested extends ImagePart {
  md5: string;
}

/** A piece of the image and its stream. */
interface Region extends Digested {
  stream: CompressedRegion;
}

/**
 * Writes `parts`, each piece verified by MD5, then compares them all once more: commands carry no checksum, so that a
 * damaged one may have erased or written what was right before. The first sector, without which the boot ROM starts
 * nothing, is erased first and written last, so that half a firmware never runs.
 */
export async function writeImage(session: FlashSession, parts: readonly ImagePart[]): Promise<Written> {
  const images = parts.map((part) => ({ ...part, data: padded(part.data) }));
  const regions = planRegions(images).map((part) => ({
    ...digested(part),
    stream: compressRegion(part.address, part.data, session.loader.blockSize),
  }));
  const wanted = images.flatMap((image) => pieces(image, DIGEST_SIZE).map(digested));
  const started = session.clock.now();
  session.isUnbootable = true;
  let compressedBytes = 0;
  for (let rounds = 0; rounds < MAX_ROUNDS; rounds++) {
    await session.persistently(() => session.loader.eraseRegion(0, SECTOR_SIZE, SECTOR_ERASE_TIMEOUT_MS));
    compressedBytes += await writeRegions(session, regions, rounds > 0);
    if (await session.persistently(() => allRight(session, wanted))) {
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
function planRegions(images: readonly ImagePart[]): ImagePart[] {
  const first = images.find(({ address }) => address === 0);
  const behind = (image: ImagePart): ImagePart =>
    image === first ? { ...image, address: SECTOR_SIZE, data: image.data.subarray(SECTOR_SIZE) } : image;
  return [
    ...images.flatMap((image) => pieces(behind(image), STREAM_SIZE)),
    ...(first ? [{ ...first, data: first.data.subarray(0, SECTOR_SIZE) }] : []),
  ];
}

function pieces({ name, address, data }: ImagePart, size: number): ImagePart[] {
  const starts = Array.from({ length: Math.ceil(data.length / size) }, (_, index) => index * size);
  return starts.map((at) => ({ name, address: address + at, data: data.subarray(at, at + size) }));
}

/** In a repetition, what is right already is left alone. The first sector waits for the comparison of everything. */
async function writeRegions(session: FlashSession, regions: readonly Region[], isRepetition: boolean): Promise<number> {
  const total = totalSize(regions);
  let before = 0;
  let compressed = 0;
  for (const region of regions) {
    const onWritten = (written: number): void => session.progress('write', before + written, total);
    onWritten(0);
    const isFirst = region.address === 0;
    const isDone = isRepetition && !isFirst && (await session.persistently(() => isRight(session, region)));
    if (!isDone) compressed += await writeRegionWhole(session, region, !isFirst, onWritten);
    before += region.data.length;
  }
  return compressed;
}

/** Writes one region to its end, from the place where it broke off; with `verify`, until its digest is right. */
async function writeRegionWhole(
  session: FlashSession,
  region: Region,
  verify: boolean,
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
      const writeMs = await writeRegion(session.loader, rest, (written, blockSize) => {
        compressed += blockSize;
        onWritten(start - address + written);
      });
      if (verify && !(await isRight(session, region, writeMs))) throw new Error('flash does not hold what was written');
    } catch (error) {
      if (error instanceof WriteBroken) from = error.resumeAt;
      throw error;
    }
  });
  return compressed;
}

async function allRight(session: FlashSession, wanted: readonly Digested[]): Promise<boolean> {
  for (const piece of wanted) if (!(await isRight(session, piece))) return false;
  return true;
}

/** Asks for the digest twice when it is wrong, since the answer may have been hurt instead of the flash. */
async function isRight({ loader }: FlashSession, { address, data, md5 }: Digested, writeMs = 0): Promise<boolean> {
  return (await loader.md5(address, data.length, writeMs)) === md5 || (await loader.md5(address, data.length)) === md5;
}

const digested = (part: ImagePart): Digested => ({ ...part, md5: createHash('md5').update(part.data).digest('hex') });

/** The chip writes whole words. */
function padded(data: Uint8Array): Uint8Array {
  const words = new Uint8Array(Math.ceil(data.length / 4) * 4).fill(0xff);
  words.set(data);
  return words;
}

const totalSize = (regions: readonly ImagePart[]): number => regions.reduce((sum, { data }) => sum + data.length, 0);
