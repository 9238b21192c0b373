import path from 'node:path';
import vm from 'node:vm';
import { ts } from '../typescript.ts';

/** Lua's functions for JavaScript, as far as the programs of the tests use them. */
function luaFunctions(lines: string[]): Record<string, unknown> {
  const tostring = (value: string | number | boolean | undefined): string =>
    value === undefined ? 'nil' : String(value);
  return {
    print: (...values: (string | number | boolean | undefined)[]) => lines.push(values.map(tostring).join('\t')),
    tostring,
    math: { floor: Math.floor, max: Math.max, min: Math.min, abs: Math.abs },
    string: {
      upper: (s: string) => s.toUpperCase(),
      rep: (s: string, n: number) => s.repeat(Math.max(0, n)),
      sub: (s: string, from: number, to?: number) => s.slice(from - 1, to),
      len: (s: string) => s.length,
    },
    $multi: (...values: unknown[]) => values,
    luaPackage: { loaded: {} },
  };
}

/** Runs TypeScript modules as JavaScript, from `main.ts` on; returns what they print. `files` by path below the root. */
export function runJavascript(files: Readonly<Record<string, string>>): string {
  const lines: string[] = [];
  const loaded = new Map<string, Record<string, unknown>>();
  const context = vm.createContext(luaFunctions(lines));
  const load = (file: string): Record<string, unknown> => {
    const known = loaded.get(file);
    if (known) return known;
    const exports: Record<string, unknown> = {};
    loaded.set(file, exports);
    const resolve = (specifier: string): string => path.posix.join(path.posix.dirname(file), specifier);
    const code = ts.transpileModule(files[file] ?? '', {
      compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
    }).outputText;
    const run = vm.runInContext(`(function (exports, require, $module) {${code}\n})`, context) as (
      ...args: unknown[]
    ) => void;
    run(
      exports,
      (specifier: string) => load(resolve(specifier)),
      (specifier: string) => specifier,
    );
    return exports;
  };
  load('main.ts');
  return lines.join('\n');
}
