import { afterAll, describe, expect, test } from 'vitest';
import { Builder } from './build.ts';
import { BuildError, type Problem } from './problem.ts';
import { TestProject } from './test-project.ts';

const project = new TestProject({
  'main.ts': 'export {};\n',
  'part.ts': 'export const y: number = 1;\n',
  'data.json': '{}',
});
const builder = new Builder({ project: project.folder, outDir: project.outDir, measure: false });
afterAll(() => project.remove());

/** What a build has against the code, which stands from the second line on. */
async function problemsOf(code: string): Promise<readonly Problem[]> {
  project.write('main.ts', `export {};\n${code}\n`);
  try {
    await builder.build();
    return [];
  } catch (error) {
    if (error instanceof BuildError) return error.problems;
    throw error;
  }
}

describe('what the board cannot run fails the build with its line and column and what to write instead', () => {
  test.each([
    ['class A {}', '2:1', 'a class', 'functions of the module'],
    ['const A = class {};\nprint(A);', '2:11', 'a class', 'functions of the module'],
    ['async function f(): Promise<void> {}\nprint(f);', '2:1', 'async and await', 'a callback'],
    ['const f = async (): Promise<void> => {};\nprint(f);', '2:11', 'async and await', 'a callback'],
    ['function* f() { yield 1; }\nprint(f);', '2:1', 'a generator', 'a loop'],
    ["const t: Record<string, number> = {};\ndelete t['a'];", '3:1', 'delete', '`t[key] = undefined`'],
    ['const a = [1];\nprint([...a, 2]);', '3:7', 'a spread in an array', 'push'],
    ['const a = { x: 1 };\nprint({ ...a, y: 2 });', '3:9', 'a spread of fields', 'pairs(t)'],
    ['print({ get x(): number { return 1; } });', '2:9', 'a getter or setter', 'write a function'],
    [
      'outer: for (const x of [1]) { for (const y of [2]) { if (x === y) break outer; } }',
      '2:1',
      'a label',
      'a function',
    ],
    ['print(/a/);', '2:7', 'a regular expression', 'a pattern of Lua'],
    ['print(1n);', '2:7', 'a bigint', '2^53'],
    ['debugger;', '2:1', 'a debugger statement', 'print'],
    ['print(import.meta);', '2:7', 'import.meta', 'an argument'],
    ["import('./part.ts');", '2:1', 'import() as an expression', '$module'],
    ['with (node) { print(1); }', '2:1', 'a with statement', 'the table'],
    ['{ using x = node; print(x); }', '2:3', 'using', 'write const'],
    ['var x = 1;\nprint(x);', '2:1', 'var', 'let or const'],
    ['print([1, , 2]);', '2:7', 'an array with a hole', 'a value in its place'],
    ['function f(): void { print(arguments); }\nf();', '2:28', '`arguments`', 'a rest parameter'],
    ["import data from './data.json';\nprint(data);", '2:1', 'an import of JSON', '$asset'],
    ['const f: (() => number)[] = [];\nfor (let i = 0; i < 3; i++) f.push(() => i);', '3:1', 'keeps `i`', '$range'],
  ])('%s', async (code, place, what, cure) => {
    const [problem, ...others] = await problemsOf(code);
    expect(`${problem?.line}:${problem?.column}`).toBe(place);
    expect(problem?.file).toMatch(/main\.ts$/);
    expect(problem?.message).toContain(`the board cannot run`);
    expect(problem?.message).toContain(what);
    expect(problem?.cure).toContain(cure);
    expect(others).toEqual([]);
  });
});

test('errors of other lines are listed behind it', async () => {
  const problems = await problemsOf('async function f(): Promise<void> {}\nconst n: number = f;\nprint(n);');
  expect(problems.map(({ line }) => line)).toEqual([2, 3]);
});

test('what only looks like it is built', async () => {
  const code = [
    'declare class Outside { x: number }',
    'const t: { arguments: number; o?: Outside } = { arguments: 1 };',
    'let [a, b] = [1, 2];',
    '[a, , b] = [1, 2, 3];',
    'for (let i = 0; i < 3; i++) pcall((i: number) => print(i), i);',
    "print(t.arguments, t.o?.x, a, b, require<typeof import('./part.ts')>($module('./part.ts')).y);",
  ];
  expect(await problemsOf(code.join('\n'))).toEqual([]);
});
