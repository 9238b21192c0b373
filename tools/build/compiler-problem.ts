import type TS from 'typescript';
import { ts } from './typescript.ts';
import { runtimeLibraryCode } from './plugins/runtime-library.ts';
import { type Problem, placeOf } from './problem.ts';

/** What to write instead of a construct that needs a feature of typescript-to-lua's runtime library. */
const runtimeCures: readonly { feature: RegExp; cure: string }[] = [
  { feature: /^Delete/, cure: 'write `t[key] = undefined`, which removes the field in Lua' },
  {
    feature: /^(Class|New|InstanceOf|Descriptor|SetDescriptor|ObjectDefine)/,
    cure: 'write functions of the module and plain tables',
  },
  { feature: /^(Error|Try)/, cure: "write error('message') and pcall(f, ...)" },
  { feature: /^(Promise|Await|Async|Generator|Iterator)/, cure: 'pass callbacks' },
  { feature: /^(Map|Set|Weak)/, cure: 'write LuaTable or a Record' },
  { feature: /^Object/, cure: 'name the fields, or walk the table with pairs(t)' },
  { feature: /^Symbol/, cure: 'use a string or a table as the key' },
  { feature: /^(TypeOf)/, cure: "write type(x), which gives 'nil', 'number', 'string', 'table' ..." },
  { feature: /^(Number|ParseInt|ParseFloat)/, cure: 'write tonumber(x) or string.format' },
  { feature: /^String/, cure: "write Lua's own find, match, sub, gsub" },
  {
    feature: /^(Array|Sparse|Spread|Unpack|CountVarargs)/,
    cure: 'write a loop, or use table.insert, table.concat, table.sort',
  },
];

/** What a compiler's complaint means here, and what to write instead. The first pattern that fits wins. */
const cures: readonly { pattern: RegExp; cure: string }[] = [
  {
    pattern: /Cannot find module '\.(.*)'/,
    cure: 'check the path: relative to the importing file, with its extension (./led.ts)',
  },
  {
    pattern: /Could not find a declaration file for module|Cannot find module/,
    cure: 'packages of npm do not run on the board: copy what is needed into a module of this project',
  },
  {
    pattern: /Cannot find name '(Map|Set|WeakMap|WeakSet)'/,
    cure: 'use LuaTable or Record: a Map or Set costs 8 to 10 kB of heap',
  },
  {
    pattern: /Cannot find name '(Promise|async)'|Promise.*constructor/,
    cure: 'use callbacks: async and Promise cost 9.7 kB of heap',
  },
  { pattern: /Cannot find name 'Error'/, cure: "use error('message') and pcall: Error costs 6.2 kB of heap" },
  { pattern: /Cannot find name '(Math)'/, cure: 'use math.floor, math.max and the rest of math, in lower case' },
  { pattern: /Cannot find name '(console)'/, cure: 'use print' },
  { pattern: /Cannot find name '(parseInt|parseFloat|Number)'/, cure: 'use tonumber' },
  { pattern: /Cannot find name '(JSON)'/, cure: 'use string.format, or the sjson module if the firmware image has it' },
  { pattern: /Cannot find name '(Date|setTimeout|setInterval)'/, cure: 'use the tmr module' },
  {
    pattern: /Type '(string|".*")' must have a '\[Symbol\.iterator\]/,
    cure: "take a string apart with string.byte(s, 1, -1), or with for (const [c] of string.gmatch(s, '.'))",
  },
  {
    pattern: /must have a '\[Symbol\.iterator\]/,
    cure: 'walk a list with for (const x of list), any other table with for (const [key, value] of pairs(t))',
  },
  {
    pattern: /can't be used to index type 'String'/,
    cure: 'write s.sub(i, i) for a character, s.byte(i) for its code',
  },
  { pattern: /'Object' only refers to a type/, cure: 'walk the table with for (const [key, value] of pairs(t))' },
  {
    pattern:
      /Property '(split|includes|startsWith|endsWith|indexOf|slice|substring|charAt|trim|replace)' does not exist on type '(string|String|".*")'/,
    cure: "use Lua's find, match, sub, gsub: they are part of the firmware",
  },
  {
    pattern:
      /Property '(map|filter|indexOf|includes|forEach|slice|splice|concat|find|some|every|reduce|sort|reverse|unshift)' does not exist on type '.*\[\]'/,
    cure: 'write a for loop, or use table.insert, table.sort, table.concat: the array methods cost 340 to 1300 bytes each',
  },
];

/** TypeScript's own cure for what the standard library lacks, which is no cure here. */
const otherLibrary =
  / (Do you need to (change your target library|install type definitions)|Make sure you have a declaration for)\b.*$/s;

/** A diagnostic of TypeScript or typescript-to-lua as a problem with a place and a cure. */
export function toProblem(diagnostic: TS.Diagnostic): Problem {
  const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n      ');
  const cure = cures.find(({ pattern }) => pattern.test(message))?.cure ?? generalCure(diagnostic, message);
  const place = diagnostic.file ? placeOf(diagnostic.file, diagnostic.start ?? 0) : {};
  return { ...place, message: `${message.replace(otherLibrary, '')} (${codeOf(diagnostic)})`, cure };
}

/** typescript-to-lua numbers its own diagnostics from 100000. */
function isFromTstl(diagnostic: TS.Diagnostic): boolean {
  return diagnostic.code >= 100_000;
}

function codeOf(diagnostic: TS.Diagnostic): string {
  return isFromTstl(diagnostic) ? `TSTL${diagnostic.code}` : `TS${diagnostic.code}`;
}

function generalCure(diagnostic: TS.Diagnostic, message: string): string {
  if (diagnostic.code === runtimeLibraryCode) {
    const feature = /\((\w+)/.exec(message)?.[1] ?? '';
    const known = runtimeCures.find((candidate) => candidate.feature.test(feature));
    if (known) return known.cure;
  }
  if (isFromTstl(diagnostic)) return 'the device cannot run this form: write it with plain functions, tables and if';
  if (diagnostic.file?.fileName.endsWith('.json')) return 'mend the settings; `last-ack new` writes some that work';
  // TypeScript numbers what is wrong with the syntax from 1000 to 1999.
  if (diagnostic.code < 2000) return 'mend the syntax';
  return 'mend the type; an editor with firmware/tsconfig.json shows the same error as you type';
}
