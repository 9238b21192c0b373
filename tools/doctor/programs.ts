import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { good, limited, type Finding } from './finding.ts';

/** The first of `names` that is an executable file in the search path, as a path. */
export function findProgram(
  names: readonly string[],
  searchPath = `${process.env['PATH'] ?? ''}${delimiter}/usr/sbin${delimiter}/sbin`,
): string | undefined {
  for (const folder of searchPath.split(delimiter)) {
    for (const name of names) {
      const path = join(folder, name);
      if (isExecutable(path)) return path;
    }
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export const findBrowser = (): string | undefined =>
  findProgram(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']);

export function checkBrowser(): Finding {
  const path = findBrowser();
  return path === undefined
    ? limited('Chromium', 'not found: the tests of the LED page in a real browser are skipped', 'apt install chromium')
    : good('Chromium', path);
}

export function checkDissector(): Finding {
  const path = findProgram(['tshark']);
  return path === undefined
    ? limited('tshark', 'not found: captures are not cross-checked by an independent judge', 'apt install tshark')
    : good('tshark', path);
}

const clients = ['ab', 'wrk', 'curl', 'h2load', 'siege', 'slowhttptest', 'hping3', 'nmap'];
const packages: Readonly<Record<string, string>> = { ab: 'apache2-utils', h2load: 'nghttp2-client' };

export function checkClients(): Finding {
  const missing = clients.filter((name) => findProgram([name]) === undefined);
  if (missing.length === 0) return good('other clients', clients.join(', '));
  return limited(
    'other clients',
    `not found: ${missing.join(', ')}; their interoperability tests are skipped`,
    `apt install ${missing.map((name) => packages[name] ?? name).join(' ')}`,
  );
}
