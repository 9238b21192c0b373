import { createHash, randomUUID } from 'node:crypto';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { ExitCode, UserError } from '../cli/exit.ts';
import { makeFolder } from '../cli/output-file.ts';
import { adler32 } from './adler32.ts';

/** One file for the board. */
export interface ManifestFile {
  name: string;
  size: number;
  /** As RFC 1950 defines it, unsigned. */
  adler32: number;
  /** Lower-case hexadecimal. */
  sha256: string;
}

/** dist/firmware/manifest.json: what goes to the board. Maps and the manifest itself stay on the host. */
export interface Manifest {
  format: 1;
  entry: string;
  /** `bytecode` for .lc in the layout of NodeMCU's float builds of Lua 5.1, `lua` for source. */
  kind: 'bytecode' | 'lua';
  files: ManifestFile[];
}

/** Files by name: for the board, and beside them on the host. */
export interface Output {
  board: Map<string, Uint8Array>;
  host: Map<string, Uint8Array>;
}

export function describeFiles(board: ReadonlyMap<string, Uint8Array>): ManifestFile[] {
  return [...board].map(([name, bytes]) => ({
    name,
    size: bytes.length,
    adler32: adler32(bytes),
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }));
}

/**
 * Replaces the folder `outDir` by the output in one step: everything is written beside it and then renamed, so that a
 * build that fails half-way leaves the previous one. Files that did not change are not written again. Returns
 * the names of the files that changed or are new.
 */
export function replaceOutput(outDir: string, output: Output): string[] {
  try {
    return replace(outDir, output);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || !(code in obstacles)) throw error;
    throw new UserError(
      `cannot write to ${outDir}: ${obstacles[code]}`,
      'name another folder with --out',
      ExitCode.usage,
    );
  }
}

/** What a user can do something about. */
const obstacles: Readonly<Record<string, string>> = {
  EEXIST: 'a file is in the way',
  ENOTDIR: 'a file is in the way',
  EACCES: 'it belongs to somebody else',
  EPERM: 'it belongs to somebody else',
  ENOENT: 'no folder can be made there',
  EROFS: 'it cannot be written',
  ENOSPC: 'the disk is full',
};

function replace(outDir: string, output: Output): string[] {
  makeFolder(path.dirname(path.resolve(outDir)));
  if (statSync(outDir, { throwIfNoEntry: false })?.isFile()) throw Object.assign(new Error(outDir), { code: 'EEXIST' });
  removeLeftovers(outDir);
  const fresh = `${outDir}.new-${randomUUID().slice(0, 8)}`;
  const old = `${outDir}.old-${randomUUID().slice(0, 8)}`;
  const changed: string[] = [];
  try {
    mkdirSync(fresh);
    for (const [name, bytes] of [...output.board, ...output.host]) {
      if (!writeFile(outDir, fresh, name, bytes)) changed.push(name);
    }
    if (existsSync(outDir)) renameSync(outDir, old);
    renameSync(fresh, outDir);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
    if (existsSync(old)) {
      if (existsSync(outDir)) rmSync(old, { recursive: true, force: true });
      else renameSync(old, outDir);
    }
  }
  return changed;
}

/** True when the file was there already with the same bytes; then it is the same file still, under a second name. */
function writeFile(outDir: string, fresh: string, name: string, bytes: Uint8Array): boolean {
  const before = path.join(outDir, name);
  const target = path.join(fresh, name);
  const isSame =
    statSync(before, { throwIfNoEntry: false })?.size === bytes.length && readFileSync(before).equals(bytes);
  if (!isSame || !tryLink(before, target)) writeFileSync(target, bytes);
  return isSame;
}

/** Some file systems have no hard links. */
function tryLink(before: string, target: string): boolean {
  try {
    linkSync(before, target);
    return true;
  } catch {
    return false;
  }
}

/** Leftovers of builds that were killed. */
function removeLeftovers(outDir: string): void {
  const parent = path.dirname(outDir);
  if (!existsSync(parent)) return;
  const pattern = new RegExp(`^${path.basename(outDir)}\\.(new|old)-[0-9a-f]{8}$`);
  for (const name of readdirSync(parent)) {
    if (pattern.test(name)) rmSync(path.join(parent, name), { recursive: true, force: true });
  }
}
