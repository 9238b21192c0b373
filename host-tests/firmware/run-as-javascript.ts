import vm from 'node:vm';
import { runModules } from '../../tools/build/differential/run-modules.ts';
import { findPattern } from './lua-patterns.ts';

type Values = (string | number | boolean | undefined)[];

const captured = (match: { start: number; end: number; captures: string[] }, text: string): string[] =>
  match.captures.length > 0 ? match.captures : [text.slice(match.start, match.end)];

/** Every match from the start on, with the text before the next one. */
function* matches(text: string, pattern: string): Generator<{ start: number; end: number; captures: string[] }> {
  for (let at = 0; at <= text.length;) {
    const match = findPattern(text, pattern, at);
    if (!match) return;
    yield match;
    if (pattern.startsWith('^')) return;
    at = match.end > match.start ? match.end : match.end + 1;
  }
}

/** Lua's methods of strings; positions count from 1. */
const stringMethods = {
  find(text: string, pattern: string, from = 1, isPlain = false): Values {
    if (isPlain) {
      const at = text.indexOf(pattern, from - 1);
      return at < 0 ? [undefined, undefined] : [at + 1, at + pattern.length];
    }
    const match = from - 1 > text.length ? undefined : findPattern(text, pattern, from - 1);
    return match ? [match.start + 1, match.end, ...match.captures] : [undefined, undefined];
  },
  match(text: string, pattern: string, from = 1): Values {
    const match = findPattern(text, pattern, from - 1);
    return match ? captured(match, text) : [];
  },
  *gmatch(text: string, pattern: string): Generator<string[]> {
    for (const match of matches(text, pattern)) yield captured(match, text);
  },
  gsub(text: string, pattern: string, by: string | ((...captures: string[]) => string)): Values {
    let result = '';
    let [at, count] = [0, 0];
    for (const match of matches(text, pattern)) {
      result += text.slice(at, match.start) + (typeof by === 'string' ? by : by(...captured(match, text)));
      at = match.end;
      count++;
    }
    return [result + text.slice(at), count];
  },
  sub(text: string, first: number, last = -1): string {
    return text.slice(first - 1, last < 0 ? text.length + 1 + last : last);
  },
  byte: (text: string): number => text.charCodeAt(0),
  lower: (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
};

/** As Lua reads numbers: with white space around, hexadecimal, by a base. */
function tonumber(value: string | number | undefined, base?: number): number | undefined {
  if (typeof value !== 'string') return value;
  const text = value.trim();
  if (base !== undefined) return /^[0-9a-f]+$/i.test(text) ? parseInt(text, base) : undefined;
  if (!/^[+-]?(0x[0-9a-f]+|(\d+\.?\d*|\.\d+)(e[+-]?\d+)?)$/i.test(text)) return undefined;
  return Number(text);
}

/** Runs modules of the firmware as JavaScript, from `main.ts` on; returns what they print. */
export function runAsJavascript(files: Readonly<Record<string, string>>): string {
  const lines: string[] = [];
  const context = vm.createContext({
    ...{
      tonumber,
      print: (text: string) => lines.push(text),
      pcall: (run: (name: string) => unknown, name: string) => [true, run(name)],
    },
    string: { char: (...codes: number[]) => String.fromCharCode(...codes) },
    ...{ math: Math, table: { concat: (list: string[], by = '') => list.join(by) }, luaPackage: { loaded: {} } },
    ...{ gpio: { LOW: 0, HIGH: 1 }, _G: {}, $multi: (...values: unknown[]) => values, stringMethods },
    *$range(from: number, to: number) {
      for (let value = from; value <= to; value++) yield value;
    },
  });
  vm.runInContext(
    'for (const [name, run] of Object.entries(stringMethods)) String.prototype[name] = function (...rest) { return run(String(this), ...rest); };',
    context,
  );
  runModules(files, context);
  return lines.join('\n');
}
