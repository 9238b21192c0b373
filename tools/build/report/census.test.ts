import { afterEach, expect, test } from 'vitest';
import { build } from '../build.ts';
import { TestProject } from '../test-project.ts';
import type { Census } from './census.ts';

let project: TestProject;
afterEach(() => {
  project.remove();
});

async function censusOf(main: string): Promise<{ census: Census; held: number }> {
  project = new TestProject({ 'main.ts': main });
  const { report } = await build({ project: project.folder, outDir: project.outDir, census: true });
  const { census, held } = report.files[0] ?? {};
  if (!census || held === undefined) throw new Error('there is no census');
  return { census, held };
}

const callbacks = `
const names = ['red', 'green', 'blue'];
function list(this: void): void {
  for (const name of names) print(name);
}
tmr.create().alarm(1000, tmr.ALARM_AUTO, list);
tmr.create().alarm(2000, tmr.ALARM_AUTO, () => print('tick'));
export {};
`;

test('the kinds of a census add up to what is held', async () => {
  const { census, held } = await censusOf(callbacks);
  expect(Object.values(census.kinds).reduce((sum, { bytes }) => sum + bytes, 0)).toBe(held);
});

test('a census counts objects at their sizes on the chip, 16 bytes for each block included', async () => {
  const { kinds } = (await censusOf(callbacks)).census;
  expect(kinds.prototypes).toEqual({ count: 2, bytes: 2 * 96 });
  // A table header and an array of three values of 12 bytes.
  expect(kinds.tables).toEqual({ count: 1, bytes: 32 + 16 + (36 + 16 + 4) });
  expect(kinds.upvalues).toEqual({ count: 1, bytes: 24 + 16 });
});

test('a census names each function by its line of TypeScript and each string with its cost', async () => {
  const { census } = await censusOf(callbacks);
  expect(census.functions.map((cost) => cost.source?.split('/').at(-1))).toEqual(['main.ts:3', 'main.ts:7']);
  expect(census.functions[0]?.closures).toBe(1);
  expect(census.strings).toContainEqual({ text: 'green', bytes: 40 });
});

test('without --census the report stays short', async () => {
  project = new TestProject({ 'main.ts': callbacks });
  const { report } = await build({ project: project.folder, outDir: project.outDir });
  expect(report.files[0]).not.toHaveProperty('census');
});
