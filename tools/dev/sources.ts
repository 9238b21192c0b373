import { extname, relative } from 'node:path';
import { watch } from 'chokidar';

/** Editors write a file in several steps, and a formatter writes it again. */
const settleMs = 40;

/** Calls `onChange` with the files below `folder` that changed, once per burst. Returns the function that stops it. */
export async function watchSources(folder: string, onChange: (files: string[]) => void): Promise<() => Promise<void>> {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch(folder, {
    cwd: folder,
    ignoreInitial: true,
    ignored: (path) => /(^|[\\/])(node_modules|\.git|wifi\.local\.json)([\\/]|$)|~$|\.sw[a-z]$/.test(path),
  });
  const note = (path: string): void => {
    changed.add(path);
    clearTimeout(timer);
    timer = setTimeout(() => {
      onChange([...changed].sort());
      changed.clear();
    }, settleMs);
  };
  watcher.on('all', (_event, path) => note(path));
  // The events above leave out what follows within 50 ms, such as the second save of an editor that formats.
  watcher.on('raw', (_event, _name, details) => {
    const { watchedPath } = details as { watchedPath: string };
    if (extname(watchedPath) !== '') note(relative(folder, watchedPath));
  });
  await new Promise<void>((resolve) => watcher.once('ready', () => resolve()));
  return () => {
    clearTimeout(timer);
    return watcher.close();
  };
}
