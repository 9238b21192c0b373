import { ExitCode, UserError } from '../cli/exit.ts';
import { openPort } from '../serial/open-port.ts';
import type { ChipInfo } from './board-loader.ts';
import { checkFits, inspectImage, patchFlashSize, type ImageInfo, type ImagePart } from './image.ts';
import { FlashSession, type SessionOptions } from './session.ts';
import { writeImage, type Written } from './write-image.ts';

export interface FlashOptions extends SessionOptions {
  parts: readonly ImagePart[];
  /** Erase the whole chip first, files included. */
  erase?: boolean;
}

export interface FlashResult extends ChipInfo, Written {
  image: ImageInfo;
  /** The firmware's own first line after the restart; undefined when it takes long. */
  banner: string | undefined;
  /** Milliseconds of the clock from the first reset to the last. */
  totalMs: number;
  /** One line for a person. */
  summary: string;
}

/** One block of the chip; erasing it takes at most 2 s (Winbond W25Q32, tBE2). */
const BLOCK_SIZE = 0x10000;
const BLOCK_ERASE_TIMEOUT_MS = 5000;

/**
 * Writes a firmware image and starts it. Checked before a byte is written; the flash size in its header is set to the
 * real one; verified by MD5 before the first boot, which rewrites some of it.
 * @throws UserError
 */
export async function flashParts(options: FlashOptions): Promise<FlashResult> {
  const image = inspectImage(options.parts);
  if (image.isSynthetic && !options.port.isVirtual)
    throw new UserError(
      'this is a synthetic image: only a virtual board, which brings its own firmware, runs after it',
      'give a NodeMCU build',
      ExitCode.usage,
    );
  const session = new FlashSession(options);
  const started = session.clock.now();
  const result = await session.run(async (info) => {
    checkFits(image, info.flashSize);
    if (options.erase) await eraseChip(session, info.flashSize);
    const written = await writeImage(session, patchFlashSize(options.parts, info.flashSize));
    const totalMs = session.clock.now() - started;
    return { ...info, ...written, image, totalMs, summary: summarize(info, written, totalMs) };
  });
  return { ...result, banner: await session.firstLine() };
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
export async function eraseBoard(options: SessionOptions): Promise<ChipInfo & { summary: string }> {
  const session = new FlashSession(options);
  return session.run(async (info) => {
    await eraseChip(session, info.flashSize);
    return { ...info, summary: `${describeChip(info)}: erased; flash a firmware before it can start` };
  });
}

/** Block by block, so that a chip which falls silent is noticed within seconds, and progress can be shown. */
async function eraseChip(session: FlashSession, flashSize: number): Promise<void> {
  session.isUnbootable = true;
  for (let at = 0; at < flashSize; at += BLOCK_SIZE) {
    session.progress('erase', at, flashSize);
    await session.persistently(() => session.loader.eraseRegion(at, BLOCK_SIZE, BLOCK_ERASE_TIMEOUT_MS));
  }
  session.progress('erase', flashSize, flashSize);
}

const kib = (bytes: number): string => `${Math.round(bytes / 1024)} KiB`;

/** e.g. "ESP8266EX 5c:cf:7f:1a:57:ac, 4096 KiB flash" */
export const describeChip = ({ chip, mac, flashSize }: ChipInfo): string => `${chip} ${mac}, ${kib(flashSize)} flash`;

function summarize(info: ChipInfo, { bytes, compressedBytes, baudRate }: Written, totalMs: number): string {
  return (
    `${describeChip(info)}: ${kib(bytes)} (${kib(compressedBytes)} on the line) ` +
    `in ${(totalMs / 1000).toFixed(1)} s at ${baudRate} baud, MD5 verified`
  );
}
