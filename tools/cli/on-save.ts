import path from 'node:path';
import type { FSWatcher } from 'chokidar';

/**
 * Calls `onSave` with the path of each file that changes below what is watched, as the watcher tells it, more than once
 * for some. The watcher's own events leave out what follows within 50 ms, such as the second save of an editor that
 * formats.
 */
export function onEverySave(watcher: FSWatcher, onSave: (file: string) => void): void {
  watcher.on('all', (_event, file) => onSave(file));
  watcher.on('raw', (_event, _name, details) => {
    const { watchedPath } = details as { watchedPath: string };
    if (path.extname(watchedPath) !== '') onSave(watchedPath);
  });
}
