import { describe, expect, test } from 'vitest';
import { compileLua } from '../build/compile-lua.ts';
import { type Prototype, MalformedChunk, allPrototypes } from './chunk.ts';
import { readChunk } from './read-chunk.ts';
import { toDeviceChunk, toStockChunk } from './transcode.ts';
import { writeChunk } from './write-chunk.ts';

const int = (value: number): number[] => [
  value & 0xff,
  (value >> 8) & 0xff,
  (value >> 16) & 0xff,
  (value >> 24) & 0xff,
];
const header = [0x1b, 0x4c, 0x75, 0x61, 0x51, 0, 1, 4, 4, 4, 8, 0];

/** `return "hi", true, nil, 1` at line 3 of a file called m, written out by hand from the format's description. */
const sample: Prototype = {
  source: '@m',
  lineDefined: 0,
  lastLineDefined: 0,
  upvalueCount: 0,
  parameterCount: 0,
  varargFlags: 2,
  maxStackSize: 4,
  code: Uint32Array.of(0x00000001, 0x0080001e),
  constants: ['hi', true, undefined, 1],
  prototypes: [],
  lines: [3, 3],
  locals: [{ name: 'x', startPc: 0, endPc: 1 }],
  upvalueNames: [],
};
const start = [...header, ...int(3), 0x40, 0x6d, 0, ...int(0), ...int(0), 0, 0, 2, 4, ...int(2)];
const code = [...int(1), 0x1e, 0, 0x80, 0];
const constants = [...[...int(4), 4, ...int(3), 0x68, 0x69, 0, 1, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f], ...int(0)];
const variables = [...int(1), ...int(2), 0x78, 0, ...int(0), ...int(1), ...int(0)];

function aligned(bytes: number[]): number[] {
  return [...bytes, ...Array<number>((4 - (bytes.length % 4)) % 4).fill(0)];
}

test('the stock layout is written byte by byte as luac does', () => {
  const expected = [...start, ...code, ...constants, ...int(2), ...int(3), ...int(3), ...variables];
  expect([...writeChunk(sample, 'stock')]).toEqual(expected);
});

test("the device layout aligns code and line information to 4 bytes and packs lines as NodeMCU's own compiler does", () => {
  const beforeLines = aligned([...aligned(start), ...code, ...constants, ...int(3)]);
  expect([...writeChunk(sample, 'device')]).toEqual([...beforeLines, 0x81, 2, 0, ...variables]);
});

test.each(['stock', 'device'] as const)('what was written in the %s layout is read back', (layout) => {
  expect(readChunk(writeChunk(sample, layout), layout)).toEqual(sample);
});

const program = `
local a, b = 1.5, {}
local function f(x, ...)
  local function g() return a + x, f end
  return g, "b\\0in\\255", nil, true, ...
end
for i = 1, 10 do
  b[i] = f(i)
end
return f
`;

describe('bytecode of a real compiler', () => {
  const stock = compileLua(program, '@m.lua');

  test('comes back unchanged from the device layout', () => {
    expect([...toStockChunk(toDeviceChunk(stock))]).toEqual([...stock]);
  });

  test('keeps the line of every instruction', () => {
    const before = [...allPrototypes(readChunk(stock, 'stock'))].map((p) => p.lines);
    const after = [...allPrototypes(readChunk(toDeviceChunk(stock), 'device'))].map((p) => p.lines);
    expect(after).toEqual(before);
    expect(after.flat().length).toBeGreaterThan(20);
  });

  test('is smaller on the device, where lines are packed', () => {
    expect(toDeviceChunk(stock).length).toBeLessThan(stock.length);
  });
});

describe('a chunk that is no chunk', () => {
  const good = writeChunk(sample, 'device');

  test('is refused when cut anywhere', () => {
    for (let length = 0; length < good.length; length++) {
      expect(() => readChunk(good.subarray(0, length), 'device'), `cut at ${length}`).toThrow(MalformedChunk);
    }
  });

  test('is refused when it comes from another Lua, such as an integer build', () => {
    const integers = Uint8Array.from(good);
    integers[11] = 1;
    expect(() => readChunk(integers, 'device')).toThrow('bad header');
  });

  test('is refused when a count asks for more than there is', () => {
    const forged = Uint8Array.from(good);
    forged.set([0xff, 0xff, 0xff, 0x7f], aligned(start).length - 4 - ((4 - (start.length % 4)) % 4));
    expect(() => readChunk(forged, 'device')).toThrow(MalformedChunk);
  });

  test('is refused when something follows', () => {
    expect(() => readChunk(Uint8Array.of(...good, 0), 'device')).toThrow('after the end');
  });
});
