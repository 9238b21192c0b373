import { createHash } from 'node:crypto';
import { ExitCode, UserError } from '../cli/exit.ts';
import type { ChipInfo } from './board-loader.ts';
import { describeChip } from './flash.ts';
import { FlashSession, type SessionOptions } from './session.ts';
import { writeImage } from './write-image.ts';

/** Read in pieces of this many bytes, each with its digest and tried again when it is wrong. */
const PIECE = 0x10000;

/** All that is in the flash: firmware, files, calibration and settings, Wi-Fi password included. */
export async function readBoard(options: SessionOptions): Promise<ChipInfo & { bytes: Uint8Array; summary: string }> {
  const session = new FlashSession(options);
  return session.run(async (info) => {
    const bytes = new Uint8Array(info.flashSize);
    for (let at = 0; at < bytes.length; at += PIECE) {
      session.progress('read', at, bytes.length);
      bytes.set(await session.persistently(() => readPiece(session, at)), at);
    }
    session.progress('read', bytes.length, bytes.length);
    return { ...info, bytes, summary: `${describeChip(info)}: read, MD5 verified` };
  });
}

/**
 * Puts a backup back, byte for byte, and starts it.
 * @throws UserError when it is not of a flash as large as this one
 */
export async function restoreBoard(
  options: SessionOptions & { backup: Uint8Array },
): Promise<ChipInfo & { summary: string; banner: string | undefined }> {
  const { backup } = options;
  const session = new FlashSession(options);
  const result = await session.run(async (info) => {
    if (backup.length !== info.flashSize)
      throw new UserError(
        `the backup has ${backup.length} bytes, the flash ${info.flashSize}; it was not touched`,
        'give a backup made by --read from a board with as much flash',
        ExitCode.usage,
      );
    await writeImage(session, [{ name: 'the backup', address: 0, data: backup }]);
    return { ...info, summary: `${describeChip(info)}: restored, MD5 verified` };
  });
  return { ...result, banner: await session.firstLine() };
}

async function readPiece({ loader }: FlashSession, address: number): Promise<Uint8Array> {
  const { bytes, md5 } = await loader.read(address, PIECE);
  if (createHash('md5').update(bytes).digest('hex') === md5) return bytes;
  throw new Error(`what was read at 0x${address.toString(16)} was damaged on the line`);
}
