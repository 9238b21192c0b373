/**
 * A compiled Lua 5.1 function as plain data: what both file layouts hold. Lua strings are JavaScript strings of one
 * character per byte (latin1).
 */
export interface Prototype {
  /** Chunk name with its `@` or `=`; undefined means the same as the enclosing function's, or none. */
  source: string | undefined;
  lineDefined: number;
  lastLineDefined: number;
  upvalueCount: number;
  parameterCount: number;
  /** Bits: 1 has the `arg` table, 2 is vararg, 4 needs `arg`. */
  varargFlags: number;
  /** Registers that the function uses. */
  maxStackSize: number;
  code: Uint32Array;
  constants: Constant[];
  prototypes: Prototype[];
  /** Source line of each instruction; empty when stripped. */
  lines: number[];
  locals: LocalVariable[];
  upvalueNames: string[];
}

export type Constant = undefined | boolean | number | string;

interface LocalVariable {
  name: string;
  /** First instruction where the variable is active, and first where it is dead. */
  startPc: number;
  endPc: number;
}

/**
 * `stock`: luac of Lua 5.1 with 32-bit int and size_t, little endian, double numbers (also what a WASM Lua writes).
 * `device`: NodeMCU's float build: the same, with code and line information aligned to 4 bytes and line numbers packed.
 */
export type ChunkLayout = 'stock' | 'device';

/** Signature, version 5.1, format 0, little endian, int 4, size_t 4, instruction 4, number 8, floating point. */
export const chunkHeader = Uint8Array.of(0x1b, 0x4c, 0x75, 0x61, 0x51, 0, 1, 4, 4, 4, 8, 0);

/** Type tags of constants: LUA_TNIL, LUA_TBOOLEAN, LUA_TNUMBER, LUA_TSTRING. */
export const constantTag = { nil: 0, boolean: 1, number: 3, string: 4 } as const;

/** A chunk that cannot be read: truncated, of another Lua, or of another layout. */
export class MalformedChunk extends Error {
  override readonly name = 'MalformedChunk';
}

/** The prototype itself and all those inside it, outermost first. */
export function* allPrototypes(prototype: Prototype): Generator<Prototype> {
  yield prototype;
  for (const inner of prototype.prototypes) yield* allPrototypes(inner);
}
