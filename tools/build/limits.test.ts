import { expect, test } from 'vitest';
import { readChunk } from '../bytecode/read-chunk.ts';
import { build } from './build.ts';
import { compileLua } from './compile-lua.ts';
import { findBreaches } from './limits.ts';
import { BuildError } from './problem.ts';
import { TestProject } from './test-project.ts';

const locals = (count: number): string => Array.from({ length: count }, (_, i) => `local v${i} = ${i}`).join('\n');

function breaches(source: string): ReturnType<typeof findBreaches> {
  return findBreaches(readChunk(compileLua(source, '@m.lua'), 'stock'));
}

test('fifty locals are allowed, fifty-one are not', () => {
  expect(breaches(locals(50))).toEqual([]);
  expect(breaches(locals(51))).toMatchObject([
    { line: 51, message: expect.stringContaining('more than 50') as string },
  ]);
});

test('locals of blocks that have ended do not count, the three hidden ones of a loop do', () => {
  expect(breaches(`do ${locals(30)} end do ${locals(30)} end`)).toEqual([]);
  expect(breaches(`${locals(46)}\nfor i = 1, 2 do end`)).toEqual([]);
  expect(breaches(`${locals(47)}\nfor i = 1, 2 do end`)).toHaveLength(1);
});

test('functions are looked at one by one', () => {
  expect(breaches(`${locals(30)}\nlocal function f() ${locals(30)} end`)).toEqual([]);
  expect(breaches(`local function f()\n${locals(51)}\nend`)).toMatchObject([
    { line: 52, message: expect.stringContaining('a function') as string },
  ]);
});

test('a function of TypeScript with too many locals is reported at its line of TypeScript', async () => {
  const project = new TestProject({
    'main.ts': `export {};
function crowded(): number {
${Array.from({ length: 51 }, (_, i) => `  let v${i} = tmr.now();`).join('\n')}
  return ${Array.from({ length: 51 }, (_, i) => `v${i}`).join(' + ')};
}
print(crowded());`,
  });
  try {
    const error: unknown = await build({ project: project.folder, outDir: project.outDir }).catch((e: unknown) => e);
    if (!(error instanceof BuildError)) throw new Error('it should not have been built', { cause: error });
    expect(error.problems).toMatchObject([{ line: 53, cure: expect.stringContaining('table') as string }]);
    expect(error.problems[0]?.file).toContain('main.ts');
  } finally {
    project.remove();
  }
});
