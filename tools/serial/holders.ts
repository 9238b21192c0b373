import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';

/**
 * The processes that have a device open, as `name (pid)`; Linux only, and only those that the user may look into.
 * Whoever made a pseudo-terminal, as a virtual board does, has it open too and does not count.
 */
export function holdersOf(path: string): string[] {
  if (process.platform !== 'linux') return [];
  const device = realpathSync(path);
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid && opens(entry, device))
    .map((pid) => `${nameOf(pid)} (${pid})`);
}

function opens(pid: string, device: string): boolean {
  const opened = attempt(() => readdirSync(`/proc/${pid}/fd`), []).map((fd) =>
    attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`), ''),
  );
  return opened.includes(device) && !opened.some((path) => path.endsWith('/ptmx'));
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
