import vm from 'node:vm';
import { runModules } from './run-modules.ts';

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
  runModules(files, vm.createContext(luaFunctions(lines)));
  return lines.join('\n');
}
