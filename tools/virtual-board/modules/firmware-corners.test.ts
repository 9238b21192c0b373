import { expect, it } from 'vitest';
import { boot } from './testing.ts';

/** Corners of the firmware's C code that no recording shows; results seen with the firmware's own Lua on a PC. */
const CORNERS: readonly (readonly [what: string, chunk: string, printed: string])[] = [
  [
    'the metatable of strings is the string library itself',
    'local m = getmetatable("") print(m == string, m.__index == string, pcall(rawset, m, "x", 1))',
    'true\ttrue\tfalse\ttable is readonly',
  ],
  [
    'load turns what its reader does wrong into nil and a message',
    'print(load(function() error("reader", 0) end)) print(load(function() return {} end))',
    'nil\treader\nnil\tinit.lua:1: reader function must return a string',
  ],
  [
    'a damaged binary chunk has no name of its own',
    'print(loadstring("\\27Lua")) print(loadstring("\\27" .. ("x"):rep(20)))',
    'nil\tbinary string: unexpected end in precompiled chunk\nnil\tbinary string: bad header in precompiled chunk',
  ],
  [
    'complaints about arguments name function and line',
    'print(pcall(function() rawget(1, 2) end)) print(pcall(function() return "%d" % "x" end))',
    "false\tinit.lua:1: bad argument #1 to 'rawget' (table expected, got number)\n" +
      "false\tinit.lua:1: bad argument #2 to '?' (number expected, got string)",
  ],
  [
    'one step does not collect everything',
    'print(collectgarbage("step"), collectgarbage("step", 1000))',
    'false\ttrue',
  ],
  [
    'struct.size takes unknown letters for nothing',
    'print(struct.size("zi4"), pcall(struct.size, "?"))',
    "4\tfalse\tbad argument #1 to '?' (invalid format option '?')",
  ],
  ['sjson writes the sign of zero', 'print(sjson.encode({ -0 }))', '[-0]'],
  [
    'a timer that was stopped before it was registered has a mode',
    'local t = tmr.create() print(t:stop(), t:state())',
    'false\tfalse\t3',
  ],
  ['reading a negative number of bytes reads none', 'file.putcontents("a", "b") print(#file.open("a"):read(-1))', '0'],
  [
    'putcontents counts its own arguments',
    'print(pcall(file.putcontents, "a"))',
    "false\tbad argument #2 to '?' (string expected, got nil)",
  ],
  [
    'foreign characters are no base64 on silicon',
    'print(pcall(encoder.fromBase64, "ab=c"))',
    'false\tInvalid base64 string',
  ],
];

it.each(CORNERS)('%s', (_what, chunk, printed) => {
  const { run } = boot(`${chunk} print('\\1')`);
  const text = run(20);
  const END = '\u0001';
  expect(
    text
      .slice(0, text.indexOf(END))
      .split('\n')
      .slice(-1 - printed.split('\n').length, -1)
      .join('\n'),
  ).toBe(printed);
});
