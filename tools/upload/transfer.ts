import { rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../virtual-board/clock.ts';
import { BoardError } from '../serial/board-error.ts';
import type { Repl } from '../serial/repl.ts';
import { startNodemcuTool } from './nodemcu-tool.ts';

/** A way to bring bytes into a file on the board. Nothing is verified here. */
export interface Transfer {
  readonly name: 'nodemcu-tool' | 'raw blocks';
  /** `onBytes` is told how many bytes of the file have been taken so far. */
  send(name: string, bytes: Uint8Array, onBytes: (done: number) => void): Promise<void>;
}

/** Bytes lost their way; the next slower transfer, or the same one again, is worth a try. */
export class TransferError extends Error {
  override readonly name = 'TransferError';
}

/** Longer than the board's longest pause, a flash sector's erase with garbage collection of the file system. */
const stallMs = 5000;

/** Transfers by nodemcu-tool's library, one file per batch: fresh state, and a watchdog that progress feeds. */
export function nodemcuToolTransfer(repl: Repl, clock: Clock): Transfer {
  return {
    name: 'nodemcu-tool',
    send: (name, bytes, onBytes) =>
      withLocalFile(bytes, (localPath) =>
        withWatchdog(repl, clock, name, async (feed) => {
          const tool = await startNodemcuTool(repl.port);
          try {
            await tool.upload(localPath, name, (done, total) => {
              feed();
              onBytes(total === 0 ? 0 : Math.round((done / total) * bytes.length));
            });
          } finally {
            await tool.close();
          }
        }),
      ),
  };
}

/**
 * nodemcu-tool reads files only; this one may hold a password, so nobody else may read it and it does not stay, however
 * the process ends.
 */
async function withLocalFile(bytes: Uint8Array, use: (path: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'last-ack-'));
  const discard = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', discard);
  try {
    const path = join(folder, 'file');
    await writeFile(path, bytes, { mode: 0o600 });
    await use(path);
  } finally {
    process.off('exit', discard);
    discard();
  }
}

/** Ends work that has not called `feed` for `stallMs`, and work on a board that resets or disappears. */
async function withWatchdog(
  repl: Repl,
  clock: Clock,
  what: string,
  work: (feed: () => void) => Promise<void>,
): Promise<void> {
  let fail: (error: Error) => void = () => undefined;
  const stalled = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const arm = () =>
    clock.after(stallMs, () => fail(new BoardError('silent', `the board stopped answering in the middle of ${what}`)));
  let timer = arm();
  const feed = (): void => {
    timer.cancel();
    timer = arm();
  };
  try {
    await repl.watch.guard(Promise.race([work(feed), stalled]));
  } catch (error) {
    throw error instanceof BoardError ? error : new TransferError(String(error));
  } finally {
    timer.cancel();
  }
}
