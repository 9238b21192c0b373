import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, test } from 'vitest';
import { costlySyntax } from '../../../firmware/eslint.js';

const eslint = new ESLint({
  overrideConfigFile: true,
  overrideConfig: [
    {
      files: ['**/*.ts'],
      languageOptions: { parser: tseslint.parser },
      rules: { 'no-restricted-syntax': ['error', ...costlySyntax] },
    },
  ] as ESLint.Options['overrideConfig'] & object,
});

async function complaints(code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: 'src/main.ts' });
  return result?.messages.map((message) => message.message) ?? [];
}

describe('syntax that costs heap is refused with the cheap form and the price', () => {
  test.each([
    ['class A {}', /143 more per method/],
    ['async function f() {}', /9700 bytes/],
    ['function* f() {}', /4290 bytes/],
    ['throw x;', /6235 bytes.*error\(message\)/],
    ['try { f(); } catch {}', /300 bytes.*pcall/],
    ['delete t.x;', /4730 bytes.*undefined/],
    ['switch (x) { default: }', /70 bytes.*if and else if/],
    ['enum E { A }', /88 bytes per member.*const enum/],
    ['f([...a]);', /340 to 1300 bytes/],
    ['for (let i = 0; i < 3; i++) {}', /\$range/],
    ['for (const k in t) {}', /no byte.*pairs/],
    ['f(typeof x);', /500 bytes.*type\(x\)/],
    ['f(+x);', /1050 bytes.*tonumber/],
    ['f(x instanceof A);', /2900 bytes.*Compare a field/],
    ["f('a' in t);", /no byte.*Compare it with undefined/],
    ['f({ get x() { return 1; } });', /1900 to 4000/],
    ['tag`x`;', /100 bytes.*Call a function/],
    ['export let x = 1;', /72 bytes.*see a copy/],
  ])('%s', async (code, expected) => {
    expect(await complaints(code)).toEqual([expect.stringMatching(expected)]);
  });
});

test('what compiles to plain Lua is not complained about', async () => {
  const code = `
    const enum E { A }
    export const t: Record<string, number> = {};
    export function f(this: void, n: number): number | undefined {
      t['x'] = undefined;
      for (const i of $range(1, n)) if (i > 2) return E.A;
      for (const [k, v] of pairs(t)) print(k, v);
      const [ok] = pcall(f, 1);
      return ok ? n : undefined;
    }`;
  expect(await complaints(code)).toEqual([]);
});
