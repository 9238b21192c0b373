/** Files that a command leaves where its user said. */
import { accessSync, closeSync, constants, existsSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ExitCode, UserError } from './exit.ts';

/** Throws a `UserError` when one of the files cannot be written: before the work, not after hours of it. */
export function checkWritable(paths: readonly string[]): void {
  for (const path of paths) {
    try {
      makeFolder(dirname(resolve(path)));
      tryToWrite(path);
    } catch (error) {
      throw cannotWrite(path, error);
    }
  }
}

/**
 * Writes a file, folders included.
 * @throws UserError when it cannot be written for a reason that the user can remove.
 */
export async function writeOutput(path: string, text: string): Promise<void> {
  try {
    makeFolder(dirname(resolve(path)));
    await writeFile(path, text);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** A path beside a JSON file: its name, with `ending` instead of `.json`. */
export const beside = (file: string, ending: string): string => file.replace(/(\.json)?$/, ending);

/** Node's own recursion never ends where the kernel says ENOENT for a folder that can have none, such as /proc. */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Somebody else may have made it in the meantime.
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}

function tryToWrite(path: string): void {
  if (existsSync(path)) {
    if (statSync(path).isDirectory()) throw Object.assign(new Error(path), { code: 'EISDIR' });
    accessSync(path, constants.W_OK);
    return;
  }
  closeSync(openSync(path, 'wx'));
  rmSync(path);
}

/** What a user can do something about. */
const obstacles: Readonly<Record<string, string>> = {
  EACCES: 'it belongs to somebody else',
  EPERM: 'it belongs to somebody else',
  EEXIST: 'a file is where a folder should be',
  ENOTDIR: 'a file is where a folder should be',
  EISDIR: 'it is a folder',
  ENOENT: 'no folder can be made there',
  EROFS: 'its file system is read-only',
  ENOSPC: 'the disk is full',
};

function cannotWrite(path: string, error: unknown): unknown {
  const why = obstacles[(error as NodeJS.ErrnoException).code ?? ''];
  if (why === undefined) return error;
  return new UserError(
    `${path} cannot be written: ${why}.`,
    'Name another place for it; --help tells with which option.',
    ExitCode.usage,
  );
}
