import type { LuaExports } from './wasm.ts';

/** The JavaScript functions that C code in liblua5.1.wasm may call, by their C signatures. */
export interface CFunctions {
  /** lua_Alloc */
  alloc: (ud: number, block: number, oldSize: number, newSize: number) => number;
  /** lua_Hook */
  hook: (L: number, activation: number) => void;
  /** lua_Writer */
  write: (L: number, bytes: number, length: number, data: number) => number;
  /** lua_CFunction of lua_atpanic */
  panic: (L: number) => number;
  /** Every lua_CFunction that is written in TypeScript: `index` says which. */
  dispatch: (L: number, index: number) => number;
}

/** Their places in the function table of the instance. */
export interface CFunctionPointers {
  alloc: number;
  hook: number;
  write: number;
  panic: number;
  /** The first of `CAPACITY` lua_CFunctions. */
  functions: number;
}

/** How many functions written in TypeScript one board can have. */
export const CAPACITY = 1024;

const I32 = 0x7f;
const FUNCTION = 0x60;

function leb(value: number): number[] {
  const bytes: number[] = [];
  do {
    bytes.push((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
    value >>>= 7;
  } while (value > 0);
  return bytes;
}

/** Signed form; one byte more than the unsigned form where its top bit would read as a sign. */
function signedLeb(value: number): number[] {
  const bytes = leb(value);
  const last = bytes.length - 1;
  if (((bytes[last] ?? 0) & 0x40) === 0) return bytes;
  return [...bytes.slice(0, last), (bytes[last] ?? 0) | 0x80, 0];
}

const vector = (items: number[][]): number[] => [...leb(items.length), ...items.flat()];
const text = (value: string): number[] => [...leb(value.length), ...Buffer.from(value)];
const section = (id: number, content: number[]): number[] => [id, ...leb(content.length), ...content];
const signature = (parameters: number, results: number): number[] => [
  FUNCTION,
  ...vector(Array.from({ length: parameters }, () => [I32])),
  ...vector(Array.from({ length: results }, () => [I32])),
];

const IMPORTED = [
  ['alloc', 1],
  ['hook', 2],
  ['write', 1],
  ['panic', 0],
  ['dispatch', 3],
] as const;

/**
 * A WebAssembly module that puts the imported functions, and `CAPACITY` functions that call dispatch(L, own index),
 * into a given table from a given place on: JavaScript functions themselves cannot stand in a table.
 */
function encodeModule(): Uint8Array<ArrayBuffer> {
  const types = [signature(1, 1), signature(4, 1), signature(2, 0), signature(2, 1)];
  const imports = [
    ...IMPORTED.map(([name, type]) => [...text('e'), ...text(name), 0x00, type]),
    [...text('e'), ...text('table'), 0x01, 0x70, 0x00, 0x00],
    [...text('e'), ...text('base'), 0x03, I32, 0x00],
  ];
  const dispatch = IMPORTED.length - 1;
  const bodies = Array.from({ length: CAPACITY }, (_, index) => {
    const body = [0x00, 0x20, 0x00, 0x41, ...signedLeb(index), 0x10, dispatch, 0x0b];
    return [...leb(body.length), ...body];
  });
  const placed = [...IMPORTED.slice(0, dispatch).map((_, index) => index)];
  for (let index = 0; index < CAPACITY; index++) placed.push(IMPORTED.length + index);
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(types)),
    ...section(2, vector(imports)),
    ...section(3, vector(Array.from({ length: CAPACITY }, () => [0]))),
    ...section(9, [...leb(1), 0x00, 0x23, 0x00, 0x0b, ...vector(placed.map(leb))]),
    ...section(10, vector(bodies)),
  ]);
}

let compiled: WebAssembly.Module | undefined;

/** Makes the functions callable by C; returns their function pointers. */
export function placeFunctions(lua: LuaExports, functions: CFunctions): CFunctionPointers {
  compiled ??= new WebAssembly.Module(encodeModule());
  const table = lua.__indirect_function_table;
  const base = table.length;
  table.grow(IMPORTED.length - 1 + CAPACITY);
  const e = {
    table,
    base: new WebAssembly.Global({ value: 'i32', mutable: false }, base),
    alloc: functions.alloc,
    hook: functions.hook,
    write: functions.write,
    panic: functions.panic,
    dispatch: functions.dispatch,
  };
  new WebAssembly.Instance(compiled, { e });
  return { alloc: base, hook: base + 1, write: base + 2, panic: base + 3, functions: base + 4 };
}
