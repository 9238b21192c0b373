import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runJavascript } from './run-javascript.ts';
import { runVariants, variants } from './variants.ts';

const runs = { numRuns: 10 };
/** Every run builds a program in five ways. */
const patience = 120_000;

async function expectSame(files: Readonly<Record<string, string>>): Promise<void> {
  const expected = runJavascript(files);
  expect(await runVariants(files)).toEqual(Object.fromEntries(Object.keys(variants).map((name) => [name, expected])));
}

/** Expressions that are strings, of operands with and without effects. */
const text = fc.letrec<{ string: string; any: string }>((tie) => ({
  string: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(`'lit'`, `''`, `'a"\\n'`, 'word', `seen('s')`, '`plain`'),
    fc.tuple(tie('string'), tie('any')).map(([a, b]) => `(${a} + ${b})`),
    fc.tuple(tie('any'), tie('string')).map(([a, b]) => `${a} + (${b})`),
    fc.tuple(tie('any'), tie('any')).map(([a, b]) => `\`\${${a}}-\${${b}}\``),
    tie('any').map((a) => `tostring(${a})`),
    fc.tuple(tie('string'), tie('string')).map(([a, b]) => `(flag ? ${a} : ${b})`),
  ),
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('string'),
    fc.constantFrom('7', '-3', 'n', '(n + 1)', 'next()', 'flag', 'both', '(n > 2)', 'half'),
  ),
}));

test(
  'generated concatenations give the same strings, and their operands are evaluated in the same order',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(text.string, { minLength: 1, maxLength: 25 }), async (expressions) => {
        await expectSame({
          'main.ts': `
          const log: string[] = [];
          let calls = 0;
          function seen(x: string): string { log.push(x); return x; }
          function next(): number { calls += 1; log.push(\`n\${calls}\`); return calls; }
          const word = seen('word');
          const n = next(), half = n / 2, flag = n > 0;
          const both: string | number = flag ? n : word;
          ${expressions.map((e) => `print(${e}, log.join(','));`).join('\n')}
          export {};`,
        });
      }),
      runs,
    );
  },
  patience,
);

const names = ['a', 'b', 'c', 'print_', 'end', 'value'] as const;

interface GeneratedModule {
  exported: { name: string; kind: 'const' | 'let' | 'function' }[];
  hidden: string[];
  imports: { from: number; name: number; alias: string | undefined }[];
  shadow: string;
}

const generatedModule: fc.Arbitrary<GeneratedModule> = fc.record({
  exported: fc.uniqueArray(
    fc.record({
      name: fc.constantFrom(...names.filter((name) => name !== 'end')),
      kind: fc.constantFrom('const' as const, 'let' as const, 'function' as const),
    }),
    { selector: (e) => e.name, maxLength: 4 },
  ),
  hidden: fc.uniqueArray(fc.constantFrom(...names), { maxLength: 3 }),
  imports: fc.array(
    fc.record({
      from: fc.nat(5),
      name: fc.nat(3),
      alias: fc.option(fc.constantFrom('x', 'y', 'value', 'b'), { nil: undefined }),
    }),
    { maxLength: 4 },
  ),
  shadow: fc.constantFrom(...names),
});

/** The source of module `index`, which may import from modules before it; prints what it sees. */
function moduleSource(modules: readonly GeneratedModule[], index: number): string {
  const module = modules[index] as GeneratedModule;
  const taken = new Set(module.exported.map((e) => e.name));
  const lines: string[] = [];
  const visible: string[] = [];
  for (const wanted of module.imports) {
    const from = index === 0 ? -1 : wanted.from % index;
    const exported = modules[from]?.exported;
    const target = exported?.[wanted.name % Math.max(1, exported.length)];
    const local = wanted.alias ?? target?.name;
    if (!target || local === undefined || taken.has(local)) continue;
    taken.add(local);
    lines.push(`import { ${target.name} as ${local} } from './m${from}.ts';`);
    visible.push(target.kind === 'function' ? `${local}(1)` : local);
  }
  for (const name of module.hidden) {
    if (taken.has(name)) continue;
    taken.add(name);
    lines.push(`let ${name} = ${index * 10 + name.length};`, `${name} += 1;`);
    visible.push(name);
  }
  for (const { name, kind } of module.exported) {
    const sum = ['1', ...visible].join(' + ');
    if (kind === 'function') lines.push(`export function ${name}(p: number): number { return p + ${sum}; }`);
    else lines.push(`export ${kind} ${name}: number = ${sum};`);
    if (kind === 'let') lines.push(`${name} += 100;`);
    visible.push(kind === 'function' ? `${name}(2)` : name);
  }
  lines.push(`{ const ${module.shadow} = 'hidden'; print('m${index}', ${module.shadow}); }`);
  lines.push(`print(${[`'m${index}'`, ...visible].join(', ')});`, 'export {};');
  return lines.join('\n');
}

test(
  'generated modules that share and hide names do the same apart and in one scope',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(generatedModule, { minLength: 2, maxLength: 6 }), async (modules) => {
        const sources = modules.map((_, i) => [`m${i}.ts`, moduleSource(modules, i)] as const);
        const main = modules.map((_, i) => `import './m${i}.ts';`).join('\n');
        await expectSame({ ...Object.fromEntries(sources), 'main.ts': `${main}\nprint('done');` });
      }),
      runs,
    );
  },
  patience,
);
