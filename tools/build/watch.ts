import path from 'node:path';
import chokidar from 'chokidar';
import type { BuildResult, Builder } from './build.ts';

/** How long to wait for further changes after one, ms: editors write a file in several steps. */
const settleMs = 5;

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
  let running: Promise<void> | undefined;
  let isDue = false;
  const run = async (): Promise<void> => {
    do {
      isDue = false;
      await builder.build().then(onResult, onFailure);
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- set by the watcher meanwhile
    } while (isDue);
    running = undefined;
  };
  const request = (): void => {
    isDue = true;
    running ??= new Promise((resolve) => setTimeout(resolve, settleMs)).then(run);
  };
  await run();
  const watcher = chokidar.watch(path.dirname(builder.project.configFile), {
    ignored: (name) => /node_modules|[/\\]\.|~$/.test(name) || name.startsWith(builder.outDir),
    ignoreInitial: true,
  });
  watcher.on('all', request);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await watcher.close();
  // The watcher may have asked for a build that still runs.
  await running;
}
