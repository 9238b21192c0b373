import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type BuildResult, build } from '../build.ts';
import { BuildError } from '../problem.ts';
import { TestProject } from '../test-project.ts';
import { measureHeap } from './measure-heap.ts';

const program = `
const table: number[] = [];
for (const i of $range(1, 20)) table.push(i);
tmr.create().alarm(100, tmr.ALARM_AUTO, () => print(table.length));
export {};
`;

let project: TestProject;
beforeEach(() => {
  project = new TestProject({ 'main.ts': program });
});
afterEach(() => {
  project.remove();
});

function buildIt(): Promise<BuildResult> {
  return build({ project: project.folder, outDir: project.outDir });
}

async function failure(): Promise<unknown> {
  return buildIt().catch((error: unknown) => error);
}

function setBudgets(budgets: unknown): void {
  project.write('../package.json', JSON.stringify({ 'last-ack': { budgets } }));
}

test('the report says what each file is made of and what it costs', async () => {
  const { report, outDir } = await buildIt();
  const [main, init] = report.files;
  expect(main).toMatchObject({ name: 'main.lc', bytes: readFileSync(path.join(outDir, 'main.lc')).length });
  expect(main?.modules).toEqual([{ source: expect.stringContaining('main.ts') as string, bytes: program.length }]);
  expect(main?.peak).toBeGreaterThan(main?.held ?? Infinity);
  expect(init).toEqual({ name: 'init.lua', bytes: expect.any(Number) as number, modules: [] });
  expect(report.change).toEqual({});
});

test('the report tells what has changed since the last build', async () => {
  const before = await buildIt();
  project.write('main.ts', program.replace("'tick'", '').replace('20', '200'));
  const after = await buildIt();
  const [was, is] = [before.report.files[0], after.report.files[0]];
  expect(after.report.change).toEqual({
    'main.lc': {
      bytes: (is?.bytes ?? 0) - (was?.bytes ?? 0),
      held: (is?.held ?? 0) - (was?.held ?? 0),
      peak: (is?.peak ?? 0) - (was?.peak ?? 0),
    },
  });
  // 180 more numbers of 12 bytes in a table that doubles.
  expect(after.report.change['main.lc']?.held).toBeGreaterThan(180 * 12);
});

describe('budgets in package.json', () => {
  test('let a build within them pass', async () => {
    setBudgets({ total: { bytes: 10_000 }, files: { main: { held: 10_000, peak: 20_000 } } });
    await expect(buildIt()).resolves.toBeDefined();
  });

  test('fail a build beyond them, with the figures, and leave the output alone', async () => {
    await buildIt();
    const manifest = readFileSync(path.join(project.outDir, 'manifest.json'), 'utf8');
    setBudgets({ total: { bytes: 100 }, files: { 'main.lc': { held: 50 } } });
    project.write('main.ts', program.replace('20', '21'));
    const error = await failure();
    if (!(error instanceof BuildError)) throw new Error('it should not have been built', { cause: error });
    expect(error.problems.map((problem) => problem.message)).toEqual([
      expect.stringMatching(/^all files together: \d+ bytes of code, \d+ over the budget of 100$/),
      expect.stringMatching(/^main\.lc: \d+ bytes held, \d+ over the budget of 50$/),
    ]);
    expect(error.problems[0]?.file).toContain('package.json');
    expect(readFileSync(path.join(project.outDir, 'manifest.json'), 'utf8')).toBe(manifest);
  });

  test('for a file that is not built are an error, lest a renamed module escape', async () => {
    setBudgets({ files: { other: { bytes: 1 } } });
    expect(String(await failure())).toContain('no such file on the board');
  });

  test('for one kind of file leave the other kind of build alone', async () => {
    setBudgets({ files: { 'main.lua': { bytes: 1 } } });
    await expect(buildIt()).resolves.toBeDefined();
  });

  test('do not hold for another module that is built as entry', async () => {
    setBudgets({ total: { bytes: 1 } });
    project.write('other.ts', program);
    const options = { project: project.folder, outDir: project.outDir, entry: 'src/other.ts' };
    await expect(build(options)).resolves.toBeDefined();
  });

  test('that are not understood are an error', async () => {
    setBudgets({ total: { size: 1 } });
    expect(String(await failure())).toContain('the budget "size" of total is not understood');
  });
});

describe('heap figures', () => {
  const held = (source: string): number => measureHeap(Buffer.from(source), 'x.lua').held;

  test('are those of the chip: a table costs 32 bytes and a block of 16, eight fields in its hash 8 nodes of 32', () => {
    const empty = held('return {}') - held('return nil');
    expect(empty).toBe(48);
    const fields = 'a b c d e f g h'.split(' ').map((name) => `${name}=1`);
    // A node block is charged its own overhead; the one-letter names are strings of the chip too.
    expect(held(`return {${fields.join(',')}}`) - held('return {}')).toBeGreaterThanOrEqual(8 * 32 + 16);
  });

  test('count what a callback keeps alive', () => {
    expect(held('tmr.alarm(function() return 1 end)')).toBeGreaterThan(held('local f = function() return 1 end') + 50);
  });

  test('say why a file could not be run, and measure its code', () => {
    const use = measureHeap(Buffer.from('local t = nil; t.x = 1'), 'x.lua');
    expect(use.failure).toContain('attempt to index');
    expect(use.held).toBeGreaterThan(0);
  });
});
