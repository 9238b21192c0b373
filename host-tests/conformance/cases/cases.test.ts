import { expect, test } from 'vitest';
import { levels } from '../case.ts';
import { cases } from './index.ts';

test('there are at least 150 cases, each with a name of its own', () => {
  expect(cases.length).toBeGreaterThanOrEqual(150);
  expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
});

test('every case names its RFC and section, a level and what it accepts', () => {
  for (const one of cases) {
    expect(one.section, one.id).toMatch(/^RFC \d{4} \d+(\.\d+)*$/);
    expect(levels, one.id).toContain(one.level);
    expect(one.accept.length, one.id).toBeGreaterThan(0);
    for (const answer of one.accept) expect(answer, one.id).toMatch(/^(\d{3}|\dxx|close|nothing)$/);
  }
});

test('every case that has a Connection: close of its own is about closing', () => {
  for (const one of cases.filter(({ decision }) => decision !== undefined))
    expect(one.connection, one.id).toBe('close');
});
