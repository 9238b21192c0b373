import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';

/** The processes that have a device open, as `name (pid)`; Linux only, and only those that the user may look into. */
export function holdersOf(path: string): string[] {
  if (process.platform !== 'linux') return [];
  const device = realpathSync(path);
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid && opens(entry, device))
    .map((pid) => `${nameOf(pid)} (${pid})`);
}

function opens(pid: string, device: string): boolean {
  return attempt(() => readdirSync(`/proc/${pid}/fd`), []).some(
    (fd) => attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`), '') === device,
  );
}

function nameOf(pid: string): string {
  return attempt(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trim(), 'process');
}

/** A process may end, or belong to somebody else, between two looks at it. */
function attempt<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
