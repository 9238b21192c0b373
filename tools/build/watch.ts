import { once } from 'node:events';
import path from 'node:path';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import chokidar from 'chokidar';
import { onEverySave } from '../cli/on-save.ts';
import type { BuildResult, Builder } from './build.ts';

/** How often changes are rehearsed after the first build. */
const rehearsals = 24;

/** How long to wait for further changes after one, ms: editors write a file in several steps. */
const settleMs = 2;

/**
 * Builds now and after every change of the project, until `signal` is aborted. `onResult` gets each build, `onFailure`
 * what keeps one from being made; the output stays as it was then.
 */
export async function watch(
  builder: Builder,
  onResult: (result: BuildResult) => void,
  onFailure: (error: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  let isDue = true;
  let busy: Promise<void> | undefined;
  const builds = async (): Promise<void> => {
    while (isDue) {
      isDue = false;
      await builder.build().then(onResult, onFailure);
    }
  };
  const settled = (): Promise<void> => sleep(settleMs).then(builds);
  const begin = (work: () => Promise<void>): void => {
    busy = work().then(() => {
      busy = undefined;
      if (isDue && !signal.aborted) begin(settled);
    });
  };
  const request = (): void => {
    isDue = true;
    if (!busy) begin(settled);
  };
  const watcher = chokidar.watch(path.dirname(builder.project.configFile), {
    ignored: (name) => /node_modules|[/\\]\.|~$/.test(name) || name.startsWith(builder.outDir),
    ignoreInitial: true,
  });
  // It sees only what changes after that, and the first build must not be older.
  await once(watcher, 'ready');
  onEverySave(watcher, request);
  begin(() => builds().then(() => rehearse(builder, () => isDue || signal.aborted)));
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await watcher.close();
  // The watcher may have asked for a build that still runs.
  await busy;
}

/** Stops at the first real change. A project with errors has nothing to rehearse with. */
async function rehearse(builder: Builder, isOver: () => boolean): Promise<void> {
  try {
    for (let i = 0; i < rehearsals && !isOver(); i++) {
      await builder.rehearse();
      await setImmediate();
    }
  } catch {
    // The build that follows the change says what is wrong with it.
  }
}
