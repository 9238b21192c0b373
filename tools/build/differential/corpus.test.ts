import { expect, test } from 'vitest';
import { runJavascript } from './run-javascript.ts';
import { runVariants, variants } from './variants.ts';

/** Programs that must print the same as JavaScript and as Lua, however they are built. */
const programs: Record<string, Record<string, string>> = {
  'concatenations of every kind': {
    'main.ts': `
      const log: string[] = [];
      function seen(x: string): string { log.push(x); return x; }
      let n = 1;
      function next(): number { n += 1; return n; }
      const maybe = (on: boolean): string | undefined => (on ? 'yes' : undefined);
      const a = 'x', b = 2, flag = true;
      print(a + b + a, b + b + a, a + (b + b), a + flag, \`\${a}\${b}\${flag}\`, \`\${b}\`, \`\${a}\`, '' + b);
      print('one' + 'two' + 3 + \`four\${5}\` + a);
      print(seen('1') + next() + seen('2') + next() + log.join(''));
      print(a + (b > 1 ? 'big' : 'small') + '!', (maybe(true) ?? 'no') + (maybe(false) ?? 'no'));
      print(\`\${a}-\${\`\${b}-\${a}\`}-\${tostring(b)}-\${tostring(flag)}\`);
      let s = 'a';
      s += 'b' + 1;
      s += 2;
      s = s + s + '\\n' + "q'\\"" + s;
      print(s);
    `,
  },
  'a concatenation longer than one chain': {
    'main.ts': `const x = tostring(1);\nprint(${Array.from({ length: 150 }, (_, i) => (i % 3 ? 'x' : `'${i}'`)).join(' + ')});\nexport {};`,
  },
  'string functions': {
    'main.ts': `
      const s = 'hello';
      print(string.upper(s), string.sub(s, 2, 3), string.rep('ab', 3), string.len(s + 'x'));
      export {};
    `,
  },
  'bit operators on whole numbers': {
    'main.ts': `
      let flags = 0x0f;
      flags |= 0x100;
      print(flags & 0xff, flags | 1, flags ^ 3, ~flags, 1 << 5, -8 >> 1, 255 >>> 4, (flags & 1) === 1);
      export {};
    `,
  },
  'imports and exports in every form': {
    'main.ts': `
      import defaultExport, { count, bump, LIMIT as MOST, table, greet } from './state.ts';
      import * as state from './state.ts';
      import { greet as again, renamed } from './index.ts';
      import { late } from './other/state.ts';
      import './effects.ts';
      const greeting = 'hi';
      print(count, state.count, MOST, defaultExport());
      bump();
      print(state.count, table.a, greet('x'), again('y'), renamed, late(), greeting);
      export const unused = 1;
    `,
    'state.ts': `
      export let count = 0;
      export const LIMIT = 5;
      const name = 'state';
      export const table = { a: 1, say: (): string => name };
      export function bump(): void { count += 1; }
      export function greet(who: string): string { return name + who + LIMIT; }
      export default function (): string { return 'default of ' + name; }
      export function never(): void { print('never'); }
    `,
    'index.ts': `
      export * from './state.ts';
      export { name as renamed } from './other/state.ts';
    `,
    'other/state.ts': `
      export const name = 'other';
      const count = 7;
      export function late(): number { return helper() + count; }
      function helper(): number { return count; }
    `,
    'effects.ts': `print('effect');\nexport {};`,
  },
  'names that hide each other': {
    'main.ts': `
      import { value, read } from './a.ts';
      import { value as other } from './b.ts';
      function inner(value: number): number { const other = value * 2; return other + read(); }
      const end_ = value;
      const print_ = (x: number): void => { print(x, end_); };
      for (const value of [1, 2]) print_(inner(value) + other);
      { const value = 'block'; print(value, other); }
      print(value);
    `,
    'a.ts': `export const value = 10;\nlet hidden = value;\nexport function read(): number { hidden += 1; return hidden; }`,
    'b.ts': `const hidden = 3;\nexport let value = hidden;\nvalue += 1;`,
  },
  'an export used before it is set': {
    'main.ts': `import { get, set } from './a.ts';\nprint(get());\nset(4);\nprint(get());`,
    'a.ts': `
      export function get(): number | undefined { return late; }
      export function set(n: number): void { late = n; }
      export let late: number | undefined = undefined;
    `,
  },
  'a namespace used as a value': {
    'main.ts': `
      import * as a from './a.ts';
      function describe(m: typeof a): string { return m.name + m.twice(m.n); }
      a.grow();
      print(describe(a), a.n);
    `,
    'a.ts': `export const name = 'a';\nexport let n = 1;\nexport function grow(): void { n += 1; }\nexport function twice(x: number): number { return x * 2; }`,
  },
  'modules loaded on demand in every form': {
    'main.ts': `
      import { load } from './runtime.ts';
      import { setShared, table } from './shared.ts';
      interface Named { greet(this: void, who: string): string }
      const one = load<typeof import('./one.ts')>($module('./one.ts'));
      print(one.only(2), load<typeof import('./one.ts')>($module('./one.ts')).only(3));
      print(load<typeof import('./many.ts')>($module('./many.ts')).twice(4));
      const { twice, NAME: label, nothing } = load<typeof import('./many.ts')>($module('./many.ts'));
      print(twice(5), label, nothing, require<typeof import('./many.ts')>($module('./many.ts')).counted.n);
      const opaque = load<Named>($module('./opaque.ts'));
      print(opaque.greet('you'));
      const hidden = $module('./hidden.ts');
      print(load<typeof import('./hidden.ts')>(hidden).secret());
      setShared(3);
      print(load<typeof import('./stateful.ts')>($module('./stateful.ts')).total(), table.n);
      const whole = load<typeof import('./whole.ts')>($module('./whole.ts'));
      const show = (m: typeof whole): string => m.a + m.b();
      print(show(whole), whole.a);
      luaPackage.loaded[$module('./one.ts')] = undefined;
      load<typeof import('./effect.ts')>($module('./effect.ts'));
    `,
    'runtime.ts': `export function load<M>(name: string): M { return require<M>(name); }`,
    'shared.ts': `
      export let shared = 1;
      export const table = { n: 1 };
      export function setShared(n: number): void { shared = n; table.n += n; }
    `,
    'one.ts': `export function only(n: number): number { return n + 1; }\nexport function unused(): void { print('never'); }`,
    'many.ts': `
      import { table } from './shared.ts';
      export const NAME = 'many';
      export const nothing: string | undefined = table.n > 100 ? 'much' : undefined;
      export const counted = table;
      export function twice(n: number): number { counted.n += 1; return n * 2; }
    `,
    'opaque.ts': `export function greet(who: string): string { return 'hi ' + who; }\nexport const other = 1;`,
    'hidden.ts': `export function secret(): string { return 'secret'; }`,
    'stateful.ts': `import { shared, table } from './shared.ts';\nexport function total(): number { return shared + table.n; }`,
    'whole.ts': `export const a = 'a';\nexport function b(): string { return 'b'; }`,
    'effect.ts': `print('effect');\nexport const ignored = 1;`,
  },
  'modules of the file that runs at boot, used by others before all of it has run': {
    'main.ts': `
      import { first, LIST } from './a.ts';
      import { early } from './b.ts';
      import { last } from './c.ts';
      import './effects.ts';
      const later = require<typeof import('./later.ts')>($module('./later.ts'));
      print(first(), early, last(1), LIST.length, later.all());
    `,
    'a.ts': `export const LIST = ['x'];\nexport function first(): string { return 'first'; }`,
    'b.ts': `
      export const early = require<typeof import('./soon.ts')>($module('./soon.ts')).soon();
      export const flag = early.length > 3;
    `,
    'c.ts': `export function last(n: number): number { return n + 1; }`,
    'soon.ts': `import { first, LIST } from './a.ts';\nexport function soon(): string { LIST.push('y'); return 'soon ' + first(); }`,
    'later.ts': `
      import { last } from './c.ts';
      import { flag } from './b.ts';
      import { LIST } from './a.ts';
      import './effects.ts';
      export function all(): string { return \`\${last(LIST.length)} \${flag}\`; }
    `,
    'effects.ts': `print('effect');\nexport {};`,
  },
  'more locals than one function may have': {
    'main.ts': `
      ${Array.from({ length: 6 }, (_, m) => `import { f${m}, total${m} } from './m${m}.ts';`).join('\n')}
      print(${Array.from({ length: 6 }, (_, m) => `f${m}(2) + total${m}()`).join(', ')});
    `,
    ...Object.fromEntries(
      Array.from({ length: 6 }, (_, m) => [
        `m${m}.ts`,
        `${Array.from({ length: 15 }, (_, i) => `let v${i} = ${m * 100 + i};`).join('\n')}
         export function f${m}(x: number): number { v0 += x; return ${Array.from({ length: 15 }, (_, i) => `v${i}`).join(' + ')}; }
         export function total${m}(): number { return v0 + v14; }`,
      ]),
    ),
  },
  'more shared names than one function may have locals': {
    'main.ts': `
      import { sum0 } from './sum0.ts';
      import { sum1 } from './sum1.ts';
      import { sum2 } from './sum2.ts';
      print(sum0() + sum1() + sum2());
    `,
    ...Object.fromEntries(
      [0, 1, 2].flatMap((m) => {
        const names = Array.from({ length: 24 }, (_, i) => `g${m}_${i}`);
        const first = names.map((name, i) => {
          const before = i > 0 ? `g${m}_${i - 1}(0)` : '1';
          return `export function ${name}(x: number): number { return x + ${before}; }`;
        });
        const sum = `export function sum${m}(): number { return ${names.map((name, i) => `${name}(${i})`).join(' + ')}; }`;
        return [
          [`many${m}.ts`, first.join('\n')],
          [`sum${m}.ts`, `import { ${names.join(', ')} } from './many${m}.ts';\n${sum}`],
        ];
      }),
    ),
  },
};

test.each(Object.entries(programs))('%s', async (_, files) => {
  const expected = runJavascript(files);
  expect(await runVariants(files)).toEqual(Object.fromEntries(Object.keys(variants).map((name) => [name, expected])));
});
