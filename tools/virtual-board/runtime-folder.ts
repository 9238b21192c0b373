import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'last-ack-board-';

/** The folder of a running board: its serial port and its control socket. */
export interface RuntimeFolder {
  path: string;
  serialPath: string;
  controlPath: string;
  remove(): void;
}

/**
 * Makes a folder that only this user can open, named after this process. It goes when the process ends; what a killed
 * process could not remove, the next one does.
 */
export function createRuntimeFolder(parent = runtimeParent()): RuntimeFolder {
  sweep(parent);
  const path = mkdtempSync(join(parent, `${PREFIX}${process.pid}-`));
  const remove = (): void => rmSync(path, { recursive: true, force: true });
  process.once('exit', remove);
  return {
    path,
    serialPath: join(path, 'serial'),
    controlPath: join(path, 'control'),
    remove() {
      process.off('exit', remove);
      remove();
    },
  };
}

/** Serial ports of the virtual boards that run, started by whomever. */
export function runningBoardPorts(parent = runtimeParent()): string[] {
  return boardFolders(parent)
    .filter(({ pid }) => isAlive(pid))
    .map(({ path }) => join(path, 'serial'))
    .filter((path) => existsSync(path));
}

const runtimeParent = (): string => process.env['XDG_RUNTIME_DIR'] ?? tmpdir();

function boardFolders(parent: string): { path: string; pid: number }[] {
  return readdirSync(parent)
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => ({ path: join(parent, name), pid: Number.parseInt(name.slice(PREFIX.length), 10) }))
    .filter(({ pid }) => !Number.isNaN(pid));
}

function sweep(parent: string): void {
  for (const { path, pid } of boardFolders(parent)) {
    if (isAlive(pid)) continue;
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // Another user's: theirs to remove.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
