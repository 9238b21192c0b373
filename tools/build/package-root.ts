import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** This package's own folder, real path: some levels up, more of them when the tools run compiled. */
export const packageRoot = findRoot(path.dirname(realpathSync(fileURLToPath(import.meta.url))));

function findRoot(folder: string): string {
  if (existsSync(path.join(folder, 'firmware/std/index.d.ts'))) return folder;
  const above = path.dirname(folder);
  if (above === folder) throw new Error('the package is incomplete: it has no firmware/std');
  return findRoot(above);
}
