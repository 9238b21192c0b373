import path from 'node:path';
import type { Problem } from './problem.ts';
import { relativePath } from './problem.ts';

/** SPIFFS: longest name of a file on the board, extension included (app/spiffs, FS_OBJ_NAME_LEN 31). */
const longestDeviceName = 31;

/** Longest extension that a module gets, `.lua` or `.lc`, so that both kinds of build agree on what is too long. */
const extensionLength = '.lua'.length;

/**
 * The flat name of a module: its path below the entry's folder, without extension, folders joined by `_`. Modules from
 * outside that folder lose their leading `..`.
 */
function deviceName(file: string, root: string): string {
  const relative = path.posix.relative(root, file).replace(/\.ts$/, '');
  const parts = relative.split('/').filter((part) => part !== '..' && part !== 'node_modules');
  return parts.join('_').replaceAll('.', '-');
}

/** Names of all modules by file, and what is wrong with them: too long, or two files with one name. */
export function nameModules(
  files: readonly string[],
  root: string,
): { names: Map<string, string>; problems: Problem[] } {
  const names = new Map<string, string>();
  const owners = new Map<string, string>();
  const problems: Problem[] = [];
  for (const file of files) {
    const name = deviceName(file, root);
    const length = name.length + extensionLength;
    if (length > longestDeviceName) {
      problems.push({
        file: relativePath(file),
        message: `its name on the board, ${name}.lua, has ${length} characters; SPIFFS allows ${longestDeviceName}`,
        cure: 'shorten the file or folder name',
      });
    }
    const owner = owners.get(name);
    if (owner) {
      problems.push({
        file: relativePath(file),
        message: `has the same name on the board as ${relativePath(owner)}: ${name}`,
        cure: 'rename one of them: folders become part of a flat name, joined by _',
      });
    }
    owners.set(name, file);
    names.set(file, name);
  }
  return { names, problems };
}
