import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { thirdParty } from './licences.ts';

it('THIRD-PARTY.md lists what package-lock.json installs', () => {
  expect(thirdParty()).toBe(readFileSync(new URL('../../THIRD-PARTY.md', import.meta.url), 'utf8'));
});

it('every licence lets a program under the MIT licence depend on it', () => {
  const found = [...thirdParty().matchAll(/^\* \*\*(.+)\*\*/gm)].map(([, licence]) => licence);
  const permissive = /^\(?(MIT|ISC|0BSD|BSD-[23]-Clause|Apache[ -]2\.0|BlueOak-1\.0\.0|Zlib|public domain)\b/;
  expect(found.length).toBeGreaterThan(0);
  expect(found.filter((licence) => !permissive.test(licence ?? ''))).toEqual([]);
});
