import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { adler32 } from '../build/adler32.ts';
import type { Manifest } from '../build/output.ts';
import { ExitCode, UserError } from '../cli/exit.ts';
import type { LocalFile } from './plan.ts';

/** SPIFFS_OBJ_NAME_LEN of NodeMCU's file system is 32, with the closing zero. */
const maxNameLength = 31;

/**
 * The files that a build's manifest names, checked against it.
 * @throws UserError when there is no build, or when a file is not the one that the manifest describes.
 */
export function readBuild(dir: string): LocalFile[] {
  const manifest = readManifest(dir);
  return manifest.files.map(({ name, size, adler32: digest }) => {
    if (name.length > maxNameLength || name.startsWith('~') || /[\\/]{2}|^\.|[^\x21-\x7e]/.test(name))
      throw new UserError(`${dir}: the board cannot hold a file named ${JSON.stringify(name)}`, 'rename it');
    const bytes = read(join(dir, name));
    if (bytes?.length !== size || adler32(bytes) !== digest)
      throw new UserError(`${join(dir, name)} is not the file that the build wrote`, 'build again: last-ack build');
    return { name, bytes, adler32: digest };
  });
}

function readManifest(dir: string): Manifest {
  const path = join(dir, 'manifest.json');
  const bytes = read(path);
  if (!bytes) throw new UserError(`there is no build in ${dir}`, 'build first: last-ack build', ExitCode.usage);
  const manifest = JSON.parse(bytes.toString('utf8')) as Manifest;
  // The declared type is what a build of this version writes; the file may come from another.
  if ((manifest.format as number) !== 1)
    throw new UserError(`${path} has an unknown format`, 'build again: last-ack build', ExitCode.usage);
  return manifest;
}

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
