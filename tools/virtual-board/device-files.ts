import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExitCode, UserError } from '../cli/exit.ts';

/**
 * Name and content of every file that belongs on a board: those that a build's manifest lists, or all of a folder that
 * has none. NodeMCU's file system is flat, so folders in it are left out.
 * @throws UserError when the folder or a listed file cannot be read.
 */
export function readDeviceFiles(folder: string): Record<string, Uint8Array> {
  try {
    return Object.fromEntries(deviceNames(folder).map((name) => [name, readFileSync(join(folder, name))]));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(
      `cannot read the files for the board: ${reason}`,
      'name a folder of Lua files with --files; `last-ack build` makes dist/firmware',
      ExitCode.usage,
    );
  }
}

function deviceNames(folder: string): string[] {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
  if (!names.includes('manifest.json')) return names;
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { files?: { name: string }[] };
  return manifest.files?.map(({ name }) => name) ?? names;
}
