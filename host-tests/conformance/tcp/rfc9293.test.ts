import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { requirements } from './rfc9293.ts';

const root = new URL('../../../', import.meta.url);
/** RFC 9293 numbers its MUSTs from 1 to this. */
const LAST_MUST = 69;

it('answers every MUST of RFC 9293 once, with a test or a reason', () => {
  expect(requirements.map(({ must }) => must)).toEqual(Array.from({ length: LAST_MUST }, (_, at) => at + 1));
});

it.each(requirements.flatMap(({ must, proof }) => ('test' in proof ? [{ must, ...proof }] : [])))(
  'the test named for MUST-$must exists',
  ({ test, named }) => {
    expect(readFileSync(new URL(test, root), 'utf8')).toContain(named);
  },
);
