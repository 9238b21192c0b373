import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where `last-ack build` writes, and the file that it writes each time. */
const BUILT = 'dist/firmware';
const BUILD_REPORT = join(BUILT, 'report.json');

/** A folder of compiled firmware for a virtual board; `remove` when the board is gone. */
export interface Firmware {
  folder: string;
  remove: () => void;
}

const lasting = (folder: string): Firmware => ({ folder, remove: () => undefined });

/**
 * The firmware of the project in the working directory, built when its sources are newer than the last build; without
 * a project what was built here, or else the LED server that comes with this package. `tell` gets a line that says so.
 */
export async function usualFirmware(tell: (line: string) => void): Promise<Firmware> {
  const project = projectHere();
  if (project !== undefined) return bringUpToDate(project, tell);
  if (existsSync(BUILT)) return lasting(BUILT);
  tell(`no ${BUILT} here: this is the LED server that comes with last-ack`);
  return buildExample();
}

async function bringUpToDate(project: string, tell: (line: string) => void): Promise<Firmware> {
  const builtAt = statSync(BUILD_REPORT, { throwIfNoEntry: false })?.mtimeMs;
  if (builtAt !== undefined && newestIn(project) <= builtAt) return lasting(BUILT);
  const { build } = await import('../../tools/build/build.ts');
  const { durationMs } = await build({ project });
  const why = builtAt === undefined ? 'was not built yet' : 'was older than its sources';
  tell(`${BUILT} ${why}: built in ${(durationMs / 1000).toFixed(1)} s`);
  return lasting(BUILT);
}

async function buildExample(): Promise<Firmware> {
  const { build } = await import('../../tools/build/build.ts');
  const { firmwareRoot } = await import('../../tools/build/project.ts');
  const folder = mkdtempSync(join(tmpdir(), 'last-ack-firmware-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    await build({ project: firmwareRoot, outDir: folder, measure: false });
    return { folder, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** The folder of the firmware project that a build without further words would take; undefined when there is none. */
function projectHere(): string | undefined {
  if (existsSync('firmware/tsconfig.json')) return 'firmware';
  // Any TypeScript project has a tsconfig.json; that of a firmware project extends ours.
  const isOurs = existsSync('tsconfig.json') && readFileSync('tsconfig.json', 'utf8').includes('last-ack/firmware/');
  return isOurs ? '.' : undefined;
}

/** When a file in a folder was changed last, or a file of a folder in it added or removed; milliseconds since 1970. */
function newestIn(folder: string): number {
  let newest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules' || entry.name === 'dist') continue;
    const path = join(folder, entry.name);
    newest = Math.max(newest, statSync(path).mtimeMs, entry.isDirectory() ? newestIn(path) : 0);
  }
  return newest;
}
