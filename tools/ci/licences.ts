import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../', import.meta.url));

interface LockedPackage {
  license?: string;
  dev?: boolean;
  link?: boolean;
  optional?: boolean;
}

/** Old packages that name their licence in a file, or in a comment, but not in package.json. */
const readByHand: Readonly<Record<string, string>> = {
  colors: 'MIT',
  cycle: 'public domain',
  prompt: 'MIT',
  utile: 'MIT',
};

/** Licence by package, for all that an installation of last-ack brings, other platforms' binaries included. */
function licences(): Map<string, string> {
  const lock = JSON.parse(readFileSync(path.join(repository, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  const found = new Map<string, string>();
  for (const [place, { license, dev, link }] of Object.entries(lock.packages)) {
    const name = place.split('node_modules/').pop() ?? '';
    if (dev === true || link === true || !place.includes('node_modules/')) continue;
    found.set(name, license ?? declared(place) ?? readByHand[name] ?? 'unknown');
  }
  return found;
}

/** What package.json says in the way of 2012: `licenses: [{ type }]`, or a list of names. */
function declared(place: string): string | undefined {
  const { licenses } = JSON.parse(readFileSync(path.join(repository, place, 'package.json'), 'utf8')) as {
    licenses?: (string | { type: string })[];
  };
  return licenses?.map((entry) => (typeof entry === 'string' ? entry : entry.type)).join(' or ');
}

/** THIRD-PARTY.md. */
export function thirdParty(): string {
  const byLicence = new Map<string, string[]>();
  for (const [name, licence] of licences()) byLicence.set(licence, [...(byLicence.get(licence) ?? []), name]);
  const rows = [...byLicence]
    .sort(([a], [b]) => a.localeCompare(b, 'en'))
    .map(([licence, names]) => `* **${licence}**: ${names.sort((a, b) => a.localeCompare(b, 'en')).join(', ')}`);
  return [
    '# Licences of what last-ack depends on',
    'Written by `npx tsx tools/ci/licences.ts` from package-lock.json; a test holds it against that. Binaries of every platform are listed, an installation has those of one. The texts lie in the packages.',
    rows.join('\n'),
    '',
  ]
    .join('\n\n')
    .replace(/\n\n$/, '\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(thirdParty());
