import { relative } from 'node:path';
import { watch } from 'chokidar';
import { onEverySave } from '../cli/on-save.ts';

/** Editors write a file in several steps, and a formatter writes it again. */
const settleMs = 40;

/** Calls `onChange` with the files below `folder` that changed, once per burst. Returns the function that stops it. */
export async function watchSources(folder: string, onChange: (files: string[]) => void): Promise<() => Promise<void>> {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch(folder, {
    ignoreInitial: true,
    ignored: (path) => /(^|[\\/])(node_modules|\.git|wifi\.local\.json)([\\/]|$)|~$|\.sw[a-z]$/.test(path),
  });
  onEverySave(watcher, (path) => {
    changed.add(relative(folder, path));
    clearTimeout(timer);
    timer = setTimeout(() => {
      onChange([...changed].sort());
      changed.clear();
    }, settleMs);
  });
  await new Promise<void>((resolve) => watcher.once('ready', () => resolve()));
  return () => {
    clearTimeout(timer);
    return watcher.close();
  };
}
