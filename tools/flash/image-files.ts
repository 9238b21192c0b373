import { readFileSync } from 'node:fs';
import { ExitCode, UserError } from '../cli/exit.ts';
import { inspectImage, IROM_OFFSET, type ImagePart } from './image.ts';

/**
 * The firmware image that a command line names: one combined file, or two whose names say where they belong.
 * @throws UserError (usage) when there is none to read, or when it is not NodeMCU for this chip.
 */
export function readImageFiles(files: readonly string[]): ImagePart[] {
  const parts = files.map((name) => ({ name, address: addressOf(name, files.length), data: readBinary(name) }));
  inspectImage(parts);
  return parts;
}

/** @throws UserError (usage) when there is no such file. */
export function readBinary(name: string): Uint8Array {
  try {
    return readFileSync(name);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(
      `cannot read ${name}: ${reason}`,
      'give the path of a .bin file, a firmware from the NodeMCU cloud build for example',
      ExitCode.usage,
    );
  }
}

/** Espressif's makefiles call the parts by their address. */
function addressOf(name: string, count: number): number {
  if (count === 1) return 0;
  const address = /0x([0-9a-f]{5})\.bin$/i.exec(name)?.[1];
  const known = address === undefined ? undefined : parseInt(address, 16);
  if (known === 0 || known === IROM_OFFSET) return known;
  throw new UserError(
    `${name} does not say where it belongs`,
    'give one combined image, or the two files 0x00000.bin and 0x10000.bin',
    ExitCode.usage,
  );
}
