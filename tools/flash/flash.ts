import { createHash } from 'node:crypto';
import { ExitCode, UserError } from '../cli/exit.ts';
import { openPort } from '../serial/open-port.ts';
import type { ChipInfo } from './board-loader.ts';
import { checkFits, inspectImage, patchFlashSize, type ImageInfo, type ImagePart } from './image.ts';
import { FlashSession, type SessionOptions } from './session.ts';
import { WriteBroken, writeRegion } from './write-region.ts';

export interface FlashOptions extends SessionOptions {
  parts: readonly ImagePart[];
  /** Erase the whole chip first, files included. */
  erase?: boolean;
}

export interface FlashResult extends ChipInfo {
  image: ImageInfo;
  /** Bytes written to flash, and how many they were on the line. */
  bytes: number;
  compressedBytes: number;
  /** Rate at which the last block was written. */
  baudRate: number;
  /** Milliseconds of the clock: all of it, and from the first block sent to the last digest compared. */
  totalMs: number;
  writeMs: number;
  /** One line for a person. */
  summary: string;
}

const SECTOR_SIZE = 4096;
/** Far more than the 0.4 s that erasing a sector takes at most (Winbond W25Q32, tSE). */
const SECTOR_ERASE_TIMEOUT_MS = 3000;
const MAX_ROUNDS = 3;

/**
 * Writes a firmware image and starts it. Checked before a byte is written; the flash size in its header is set to the
 * real one; every region is verified by MD5 before the first boot, which rewrites some of it. The first sector, without
 * which the boot ROM starts nothing, is erased first and written last: half a firmware never runs.
 * @throws UserError
 */
export async function flashParts(options: FlashOptions): Promise<FlashResult> {
  const image = inspectImage(options.parts);
  const session = new FlashSession(options);
  const started = session.clock.now();
  return session.run(async (info) => {
    checkFits(image, info.flashSize);
    const regions = planRegions(patchFlashSize(options.parts, info.flashSize));
    session.isUnbootable = true;
    if (options.erase) await eraseChip(session, info.flashSize);
    const writeStarted = session.clock.now();
    const compressedBytes = await writeImage(session, regions);
    session.isUnbootable = false;
    const written = {
      bytes: totalSize(regions),
      compressedBytes,
      baudRate: session.port.baudRate,
      totalMs: session.clock.now() - started,
      writeMs: session.clock.now() - writeStarted,
    };
    session.progress('restart', 1, 1);
    return { ...info, image, ...written, summary: summarize(info, written) };
  });
}

/** `flashParts` for a combined image and a port that nobody has open. */
export async function flashImage(
  options: Omit<FlashOptions, 'port' | 'parts'> & { port: string; image: Uint8Array; name?: string },
): Promise<FlashResult> {
  const parts = [{ name: options.name ?? 'the image', address: 0, data: options.image }];
  inspectImage(parts);
  const port = await openPort(options.port);
  try {
    return await flashParts({ ...options, port, parts });
  } finally {
    await port.close();
  }
}

/** Erases everything: firmware, files, settings. */
export async function eraseBoard(options: SessionOptions): Promise<ChipInfo> {
  const session = new FlashSession(options);
  return session.run(async (info) => {
    session.isUnbootable = true;
    await eraseChip(session, info.flashSize);
    return info;
  });
}

async function eraseChip(session: FlashSession, flashSize: number): Promise<void> {
  session.progress('erase', 0, flashSize);
  await session.persistently(() => session.loader.eraseAll());
  session.progress('erase', flashSize, flashSize);
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

/**
 * Writes all regions and then compares them all once more: commands carry no checksum, so that a damaged one may have
 * erased or written what was right before. Returns the bytes that went over the line.
 */
async function writeImage(session: FlashSession, regions: readonly ImagePart[]): Promise<number> {
  let compressed = 0;
  for (let rounds = 0; rounds < MAX_ROUNDS; rounds++) {
    await session.persistently(() => session.loader.eraseRegion(0, SECTOR_SIZE, SECTOR_ERASE_TIMEOUT_MS));
    compressed += await writeRegions(session, regions);
    if (await session.persistently(() => allRight(session, regions))) return compressed;
    session.note('something in flash has changed while the rest was written; once more');
  }
  throw new UserError(
    'the flash does not keep what is written to it; the board must be flashed again',
    'try a lower --baud and another power supply; if it stays so, the flash chip is worn out',
    ExitCode.boardFailed,
  );
}

async function writeRegions(session: FlashSession, regions: readonly ImagePart[]): Promise<number> {
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
  region: ImagePart,
  onWritten: (written: number) => void,
): Promise<number> {
  const { address, data } = region;
  let compressed = 0;
  let from = address;
  await session.persistently(async () => {
    const start = from;
    from = address;
    try {
      compressed += await writeRegion(session.loader, start, data.subarray(start - address), ({ written }) =>
        onWritten(start - address + written),
      );
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

function summarize(
  { chip, mac, flashSize }: ChipInfo,
  {
    bytes,
    compressedBytes,
    baudRate,
    totalMs,
  }: Pick<FlashResult, 'bytes' | 'compressedBytes' | 'baudRate' | 'totalMs'>,
): string {
  const kib = (count: number): string => `${Math.round(count / 1024)} KiB`;
  return (
    `${chip} ${mac}, ${flashSize / 0x100000} MiB flash: ${kib(bytes)} (${kib(compressedBytes)} on the line) ` +
    `in ${(totalMs / 1000).toFixed(1)} s at ${baudRate} baud, MD5 verified`
  );
}
