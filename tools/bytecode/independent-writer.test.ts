import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileLua } from '../build/compile-lua.ts';
import type { Constant, Prototype } from './chunk.ts';
import { readChunk } from './read-chunk.ts';
import { stripNames } from './strip.ts';
import { writeChunk } from './write-chunk.ts';

/**
 * A second writer of the format, from the description in bytecode.md alone and in another manner: it works on text in
 * hexadecimal, where the position in the file is half its length, and it packs lines from the run lengths backwards.
 */
function independentWriter(main: Prototype): string {
  let hex = '1b4c75615100010404040800';
  const byte = (n: number): string => (n & 0xff).toString(16).padStart(2, '0');
  const int = (n: number): void => {
    for (const shift of [0, 8, 16, 24]) hex += byte(n >>> shift);
  };
  const text = (s: string | undefined): void => {
    int(s === undefined ? 0 : s.length + 1);
    if (s !== undefined) hex += Buffer.from(`${s}\0`, 'latin1').toString('hex');
  };
  const align = (): void => {
    while (hex.length % 8 !== 0) hex += '00';
  };
  const number = (n: number): string => {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, n, true);
    return Array.from({ length: 8 }, (_, i) => byte(view.getUint8(i))).join('');
  };
  const constant = (c: Constant): void => {
    if (c === undefined) hex += '00';
    else if (c === true) hex += '0101';
    else if (c === false) hex += '0100';
    else if (typeof c === 'number') hex += `03${number(c)}`;
    else {
      hex += '04';
      text(c);
    }
  };
  const write = (p: Prototype, around: string | undefined): void => {
    text(p.source === around ? undefined : p.source);
    int(p.lineDefined);
    int(p.lastLineDefined);
    hex += [p.upvalueCount, p.parameterCount, p.varargFlags, p.maxStackSize].map(byte).join('');
    int(p.code.length);
    align();
    p.code.forEach(int);
    int(p.constants.length);
    p.constants.forEach(constant);
    int(p.prototypes.length);
    for (const inner of p.prototypes) write(inner, p.source);
    const packed = packedLines(p.lines);
    int(packed.length / 2);
    align();
    hex += packed;
    int(p.locals.length);
    for (const { name, startPc, endPc } of p.locals) {
      text(name);
      int(startPc);
      int(endPc);
    }
    int(p.upvalueNames.length);
    p.upvalueNames.forEach(text);
  };
  write(main, undefined);
  return hex;
}

function packedLines(lines: readonly number[]): string {
  if (lines.length === 0) return '';
  const runs: { line: number; count: number }[] = [];
  for (const line of lines) {
    const last = runs.at(-1);
    if (last?.line === line && last.count < 126) last.count++;
    else runs.push({ line, count: 1 });
  }
  const hex = runs.map(({ line, count }, i) => {
    const beyond = line - ((runs[i - 1]?.line ?? 0) + 1);
    if (beyond === 0) return count.toString(16).padStart(2, '0');
    // n in base 128 behind its six lowest bits.
    const n = Math.abs(beyond) - 1;
    const digits = [n % 64];
    for (let rest = Math.floor(n / 64); rest > 0; rest = Math.floor(rest / 128)) digits.push(rest % 128);
    const bytes = digits.map((digit, at) => 128 + digit + (at === 0 && beyond < 0 ? 64 : 0));
    return [...bytes, count].map((b) => b.toString(16).padStart(2, '0')).join('');
  });
  return `${hex.join('')}00`;
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

const name = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((c) => String.fromCharCode(c)), maxLength: 40 });
const small = fc.nat(255);
const prototype = (depth: number): fc.Arbitrary<Prototype> =>
  fc
    .record({
      source: fc.option(fc.constantFrom('@main.lua', '@other.lua', ''), { nil: undefined }),
      lineDefined: fc.nat(70_000),
      lastLineDefined: fc.nat(70_000),
      upvalueCount: small,
      parameterCount: small,
      varargFlags: fc.nat(7),
      maxStackSize: small,
      steps: fc.array(fc.tuple(fc.integer({ min: -9000, max: 9000 }), fc.integer({ min: 1, max: 300 })), {
        maxLength: 12,
      }),
      constants: fc.array(
        fc.oneof(fc.constant(undefined), fc.boolean(), fc.double(), fc.integer(), name) as fc.Arbitrary<Constant>,
        { maxLength: 8 },
      ),
      prototypes: depth === 0 ? fc.constant<Prototype[]>([]) : fc.array(prototype(depth - 1), { maxLength: 2 }),
      locals: fc.array(fc.record({ name, startPc: fc.nat(500), endPc: fc.nat(500) }), { maxLength: 3 }),
      upvalueNames: fc.array(name, { maxLength: 3 }),
    })
    .map(({ steps, ...rest }) => {
      const lines: number[] = [];
      let line = 1;
      for (const [step, count] of steps) {
        line = Math.max(1, line + step);
        for (let i = 0; i < count; i++) lines.push(line);
      }
      return { ...rest, lines, code: Uint32Array.from(lines, (l, pc) => (l * 2654435761 + pc) >>> 0) };
    });

test('any function is written as an independent writer of the format writes it', () => {
  fc.assert(
    fc.property(prototype(2), (p) => {
      expect(hexOf(writeChunk(p, 'device'))).toBe(independentWriter(p));
    }),
    { numRuns: 60 },
  );
});

const program = `
local a, b = 1.5, {}
local function f(x, ...)
  local function g() return a + x, f end
  return g, "b\\0in\\255", nil, true, ...
end
${'b.x = (b.x or 0) + 1 '.repeat(40)}


for i = 1, 10 do b[i] = f(
  i) end
return f`;

test('so is what a real compiler made, with names and without', () => {
  const compiled = readChunk(compileLua(program, '@main.lua'), 'stock');
  for (const p of [compiled, stripNames(compiled)]) expect(hexOf(writeChunk(p, 'device'))).toBe(independentWriter(p));
});
