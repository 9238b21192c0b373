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
  'functions that are called once, in every form': {
    'main.ts': `
      import { early, describe, tail } from './calls.ts';
      const seen: string[] = [];
      function note(x: string): string { seen.push(x); return x; }
      function nothing(): void { note('nothing'); }
      function given(a: number, b = 5, c?: string): string { a += 1; return \`\${a} \${b} \${c ?? 'none'}\`; }
      function inLoop(list: number[]): number {
        for (const x of list) { if (x > 2) return x; }
        return -1;
      }
      function first(list: number[]): number { return inLoop(list); }
      function sum(list: number[]): number { let total = 0; for (const x of list) total += half(x); return total; }
      function half(x: number): number { if (x % 2 === 0) return x / 2; const y = x * 3; return y + 1; }
      function isBig(n: number): boolean { if (n < 10) return false; note('big'); return n % 2 === 0; }
      function judge(n: number): string { if (!isBig(n)) return 'small'; return 'even'; }
      function counter(start: number): () => number { return () => { start += 1; return start; }; }
      function makeTwo(): string { const a = counter(1); return \`\${a()}\${a()}\`; }
      function type_(print: string): string { const tostring = 'shadow'; return wrap(print) + tostring; }
      function wrap(s: string): string { return tostring(s) + '!'; }
      function pair(n: number): LuaMultiReturn<[number, number]> { if (n > 1) return $multi(n, n * 2); return $multi(0, 0); }
      function swap(): string { const [a, b] = pair(3); return \`\${b}\${a}\`; }
      function assign(): string { let a = 'old'; let b = a; a = late(a); if (b === 'old') b = late2(); return a + b; }
      function late(a: string): string { const b = a + '1'; if (b === 'x') return 'never'; return b; }
      function late2(): string { const a = note('late2'); return a; }
      function recursive(n: number): number { return n <= 0 ? 0 : 1 + recursive(n - 1); }
      function preset(a = note('preset')): string { return a + '.'; }
      nothing();
      print(preset(), given(1), given(2, 3), first([1, 2, 3]), sum([1, 2, 3]), judge(4), judge(12), judge(13), makeTwo());
      print(type_('p'), swap(), assign(), recursive(4), early(1), early(-1), describe('x'), tail(3), seen.join(' '));
    `,
    'calls.ts': `
      const log: string[] = [];
      function check(n: number): string { if (n < 0) { log.push('negative'); return 'no'; } log.push('fine'); return 'yes'; }
      export function early(n: number): string { const result = check(n); return result + log.join(','); }
      function inner(log: string): string { return 'inner ' + log; }
      export function describe(x: string): string { return '<' + inner(x) + '>'; }
      function last(n: number): number { if (n > 2) { return n; } log.push('last'); return 0; }
      export function tail(n: number): number { log.push('tail'); return last(n); }
    `,
  },
  'records that a function looks into again and again': {
    'main.ts': `
      import { state, list } from './state.ts';
      let changing = { n: 1 };
      function touch(depth: number): number {
        state.a += 1;
        state.b = state.a * 2;
        changing.n += state.c;
        if (depth > 0) { changing = { n: 100 }; changing.n += 1; changing.n += touch(depth - 1); }
        const inner = (): number => { state.c += state.a; const state_2 = 5; return state.c + state_2; };
        for (const state of list) changing.n += state;
        return state.a + state.b + inner() + changing.n;
      }
      function text(word: string): string {
        list.push(1); list.push(2); list.push(list.length); list.push(list[0]!);
        return string.upper(word) + list.join('-');
      }
      print(touch(2), touch(0), text('x'), state.a, state.b, state.c, changing.n);
    `,
    'state.ts': `export const state = { a: 1, b: 2, c: 3 };\nexport const list: number[] = [7];`,
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
