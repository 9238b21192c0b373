import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { threadId } from 'node:worker_threads';

export const packageRoot = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Where the compiled form of a module is kept: below this package, so that what it imports is found from there.
 *
 * @param {string} source
 */
export function bundleFolder(source) {
  const name = path.relative(packageRoot, source).replaceAll(/[^\w-]+/g, '-');
  return path.join(packageRoot, 'node_modules/.cache/last-ack', name);
}

/**
 * Changes whenever a file does.
 *
 * @param {string} file
 */
export function stampOf(file) {
  const { mtimeMs, size } = statSync(file);
  return `${mtimeMs} ${size}`;
}

/**
 * The compiled form of a module, as the path of its script without extension; undefined when there is none or one of
 * the files that it was made of has changed.
 *
 * @param {URL} source
 */
export function readBundle(source) {
  const folder = bundleFolder(fileURLToPath(source));
  try {
    const { id, inputs } = JSON.parse(readFileSync(path.join(folder, 'bundle.json'), 'utf8'));
    const isFresh = Object.entries(inputs).every(([file, stamp]) => stampOf(file) === stamp);
    return isFresh ? path.join(folder, id) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Writes a file in one step: another process or thread may read it now, or write it.
 *
 * @param {string} file
 * @param {string | Uint8Array} content
 */
export function replaceFile(file, content) {
  const fresh = `${file}.${process.pid}-${threadId}`;
  writeFileSync(fresh, content);
  renameSync(fresh, file);
}
