import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runJavascript } from './run-javascript.ts';
import { runVariants, variants } from './variants.ts';

/** Every run builds a program in five ways. */
const runs = { numRuns: 15 };
const patience = 240_000;

/** Few names, two of them globals, so that functions hide each other's and the library's. */
const names = ['a', 'b', 'x', 'print', 'tostring'] as const;

/** A number from what is in scope when it is put into a program. */
type Expression = (inScope: readonly string[]) => string;

const expression: fc.Arbitrary<Expression> = fc.oneof(
  fc.nat(9).map((n) => () => String(n)),
  fc.nat(9).map((n) => (inScope: readonly string[]) => inScope[n % inScope.length] ?? 'shared'),
  fc.nat(9).map((n) => (inScope: readonly string[]) => `(${inScope[n % inScope.length] ?? 'shared'} + ${n})`),
  fc.nat(9).map((n) => (inScope: readonly string[]) => `note(${inScope[n % inScope.length] ?? 'shared'})`),
  fc.constant(() => 'shared'),
);

const statementKind = fc.constantFrom('const', 'return', 'loop', 'return in loop', 'change', 'closure', 'shared');
const statement = fc.record({
  kind: statementKind,
  name: fc.constantFrom(...names),
  value: expression,
  other: expression,
});
const callForm = fc.constantFrom(
  'statement',
  'return',
  'const',
  'assign',
  'condition',
  'not',
  'operand',
  'right operand',
  'loop',
);
const generatedFunction = fc.record({
  parameters: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }),
  before: fc.array(statement, { maxLength: 3 }),
  form: callForm,
  given: fc.array(expression, { minLength: 2, maxLength: 3 }),
  after: fc.array(statement, { maxLength: 2 }),
  result: expression,
});
type GeneratedFunction = typeof generatedFunction extends fc.Arbitrary<infer T> ? T : never;
type GeneratedStatement = typeof statement extends fc.Arbitrary<infer T> ? T : never;

/** One statement; adds to `inScope` what it declares. */
function statementSource({ kind, name, value, other }: GeneratedStatement, inScope: string[]): string {
  const [first, second] = [value(inScope), other(inScope)];
  switch (kind) {
    case 'const':
      if (inScope.includes(name)) return `shared += ${first};`;
      inScope.push(name);
      return `const ${name} = ${value(inScope.slice(0, -1))};`;
    case 'return':
      return `if (${first} > 5) return ${second};`;
    case 'loop':
      return `for (const item of [1, 2]) shared += item + ${first};`;
    case 'return in loop':
      return `for (const item of [1, 7]) if (item > ${first}) return ${second};`;
    case 'change':
      return `${inScope[0] ?? 'shared'} += ${first};`;
    case 'closure':
      return `{ const read = (): number => ${first}; shared += read(); }`;
    case 'shared':
      return `shared = ${first} % 1000;`;
  }
}

function callSource(form: string, call: string, value: string): string {
  switch (form) {
    case 'statement':
      return `${call};`;
    case 'return':
      return `if (shared >= 0) { return ${call}; }`;
    case 'const':
      return `const got = ${call}; shared += got;`;
    case 'assign':
      return `shared = ${call};`;
    case 'condition':
      return `if (${call} > 4) return ${value};`;
    case 'not':
      return `if (!(${call} > 4)) shared += 1;`;
    case 'operand':
      return `shared += 0; const got = ${call} * 2 + ${value}; note(got);`;
    case 'right operand':
      return `const got = ${value} + ${call}; note(got);`;
    default:
      return `for (const round of [1, 2]) { shared += round; const got = ${call}; note(got); }`;
  }
}

/** Function `index`, which calls the next one once. */
function functionSource(all: readonly GeneratedFunction[], index: number): string {
  const { parameters, before, form, given, after, result } = all[index] as GeneratedFunction;
  const inScope: string[] = [...parameters];
  const lines = before.map((s) => statementSource(s, inScope));
  const next = all[index + 1];
  if (next) {
    const values = given
      .slice(0, Math.min(given.length, next.parameters.length))
      .map((value) => value(inScope))
      .join(', ');
    lines.push(callSource(form, `f${index + 1}(${values})`, result(inScope)));
  }
  lines.push(...after.map((s) => statementSource(s, inScope)), `return ${result(inScope)};`);
  // The last one may be left out.
  const last = parameters.length - 1;
  const head = parameters.map((name, i) => (i === last ? `${name} = ${index}` : `${name}: number`)).join(', ');
  return `function f${index}(${head}): number {\n${lines.join('\n')}\n}`;
}

test(
  'generated functions that are called once do the same apart and where they are called',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(generatedFunction, { minLength: 2, maxLength: 6 }), async (functions) => {
        const first = functions[0]?.parameters.map((_, i) => i + 1).join(', ') ?? '';
        const files = {
          'main.ts': [
            `import { f0 } from './functions.ts';`,
            `print(f0(${first}));\nprint(f0(${first.replaceAll('1', '8')}));`,
          ].join('\n'),
          'functions.ts': [
            'const log: number[] = [];\nlet shared = 1;',
            'function note(n: number): number { log.push(n); shared += 1; return n; }',
            ...functions.map((_, i) => functionSource(functions, i)).reverse(),
            'export { f0, log };',
          ].join('\n'),
        };
        const expected = runJavascript(files);
        expect(await runVariants(files)).toEqual(
          Object.fromEntries(Object.keys(variants).map((name) => [name, expected])),
        );
      }),
      runs,
    );
  },
  patience,
);
