import type { BlockStore } from './block-store.ts';
import { LuaError } from './errors.ts';
import type { LuaExports } from './wasm.ts';

export const LuaType = {
  none: -1,
  nil: 0,
  boolean: 1,
  lightUserdata: 2,
  number: 3,
  string: 4,
  table: 5,
  function: 6,
  userdata: 7,
  thread: 8,
} as const;

export const GLOBALS_INDEX = -10002;

const SCRATCH_SIZE = 1 << 20;
const SHORT_STRING = 48;

/**
 * The stack of a Lua state with types: values in and out, arguments checked with the C API's messages, tables. Strings
 * are binary, one character per byte. What raises (`error`, `check...`) does not return.
 */
export class LuaStack {
  /** The running coroutine; functions called from Lua work on it. */
  L = 0;
  readonly exports: LuaExports;
  /** See `LuaProfile.integerConversion`. */
  roundsIntegers = false;

  readonly #store: BlockStore;
  readonly #names = new Map<string, number>();
  readonly #words: Uint32Array;
  readonly #bytes: Uint8Array;
  readonly #buffer: Buffer;
  readonly #scratch: number;
  readonly #length: number;

  constructor(exports: LuaExports, store: BlockStore) {
    this.exports = exports;
    this.#store = store;
    this.#words = store.words;
    this.#bytes = store.bytes;
    this.#buffer = Buffer.from(exports.memory.buffer);
    this.#scratch = exports.malloc(SCRATCH_SIZE);
    this.#length = exports.malloc(8);
  }

  /** For code that reads objects of the virtual machine: the 32-bit word at an address. */
  word(address: number): number {
    return this.#words[address >> 2] ?? 0;
  }

  setWord(address: number, value: number): void {
    this.#words[address >> 2] = value;
  }

  /** A NUL-terminated string in memory, kept for ever: for names, not for data. */
  name(text: string): number {
    let pointer = this.#names.get(text);
    if (pointer === undefined) {
      pointer = this.#store.take(text.length + 1);
      this.#buffer.write(text, pointer, 'latin1');
      this.#bytes[pointer + text.length] = 0;
      this.#names.set(text, pointer);
    }
    return pointer;
  }

  // Stack

  top(): number {
    return this.exports.lua_gettop(this.L);
  }

  setTop(index: number): void {
    this.exports.lua_settop(this.L, index);
  }

  pop(count = 1): void {
    this.exports.lua_settop(this.L, -count - 1);
  }

  pushValue(index: number): void {
    this.exports.lua_pushvalue(this.L, index);
  }

  insert(index: number): void {
    this.exports.lua_insert(this.L, index);
  }

  remove(index: number): void {
    this.exports.lua_remove(this.L, index);
  }

  replace(index: number): void {
    this.exports.lua_replace(this.L, index);
  }

  // Pushing

  pushNil(): void {
    this.exports.lua_pushnil(this.L);
  }

  pushNumber(value: number): void {
    this.exports.lua_pushnumber(this.L, value);
  }

  pushBoolean(value: boolean): void {
    this.exports.lua_pushboolean(this.L, value ? 1 : 0);
  }

  /** One byte per character; characters beyond 255 lose their upper bits. */
  pushString(value: string): void {
    const { length } = value;
    if (length > SCRATCH_SIZE) throw new LuaError('not enough memory');
    if (length <= SHORT_STRING) {
      for (let index = 0; index < length; index++) this.#bytes[this.#scratch + index] = value.charCodeAt(index);
    } else {
      this.#buffer.write(value, this.#scratch, 'latin1');
    }
    this.exports.lua_pushlstring(this.L, this.#scratch, length);
  }

  pushBytes(value: Uint8Array): void {
    if (value.length > SCRATCH_SIZE) throw new LuaError('not enough memory');
    this.#bytes.set(value, this.#scratch);
    this.exports.lua_pushlstring(this.L, this.#scratch, value.length);
  }

  // Reading

  type(index: number): number {
    return this.exports.lua_type(this.L, index);
  }

  typeName(index: number): string {
    return this.#readName(this.exports.lua_typename(this.L, this.type(index)));
  }

  isNoneOrNil(index: number): boolean {
    return this.type(index) <= LuaType.nil;
  }

  isFunction(index: number): boolean {
    return this.type(index) === LuaType.function;
  }

  toNumber(index: number): number {
    return this.exports.lua_tonumber(this.L, index);
  }

  toInteger(index: number): number {
    return this.#integer(this.exports.lua_tonumber(this.L, index));
  }

  /** 32 bits of a number. */
  #integer(value: number): number {
    if (!this.roundsIntegers) return Math.trunc(value) | 0;
    const floor = Math.floor(value);
    const rest = value - floor;
    const roundsUp = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0);
    return (roundsUp ? floor + 1 : floor) | 0;
  }

  toBoolean(index: number): boolean {
    return this.exports.lua_toboolean(this.L, index) !== 0;
  }

  /** Numbers are converted, also on the stack; undefined for everything else but strings. */
  toString(index: number): string | undefined {
    const pointer = this.exports.lua_tolstring(this.L, index, this.#length);
    return pointer === 0 ? undefined : this.#read(pointer, this.word(this.#length));
  }

  /** A copy of the string's bytes; undefined for what is neither string nor number. */
  toBytes(index: number): Uint8Array | undefined {
    const pointer = this.exports.lua_tolstring(this.L, index, this.#length);
    return pointer === 0 ? undefined : this.#bytes.slice(pointer, pointer + this.word(this.#length));
  }

  #read(pointer: number, length: number): string {
    if (length > SHORT_STRING) return this.#buffer.toString('latin1', pointer, pointer + length);
    let text = '';
    for (let index = pointer; index < pointer + length; index++) text += String.fromCharCode(this.#bytes[index] ?? 0);
    return text;
  }

  #readName(pointer: number): string {
    return this.#read(pointer, this.#bytes.indexOf(0, pointer) - pointer);
  }

  /** Identity of a table, function, thread or userdata. */
  pointer(index: number): number {
    return this.exports.lua_topointer(this.L, index);
  }

  length(index: number): number {
    return this.exports.lua_objlen(this.L, index);
  }

  // Arguments

  checkNumber(arg: number): number {
    return this.exports.luaL_checknumber(this.L, arg);
  }

  checkInteger(arg: number): number {
    return this.#integer(this.exports.luaL_checknumber(this.L, arg));
  }

  optInteger(arg: number, fallback: number): number {
    return this.isNoneOrNil(arg) ? fallback : this.checkInteger(arg);
  }

  checkString(arg: number): string {
    const pointer = this.exports.luaL_checklstring(this.L, arg, this.#length);
    return this.#read(pointer, this.word(this.#length));
  }

  optString(arg: number, fallback: string): string {
    return this.isNoneOrNil(arg) ? fallback : this.checkString(arg);
  }

  checkBytes(arg: number): Uint8Array {
    const pointer = this.exports.luaL_checklstring(this.L, arg, this.#length);
    return this.#bytes.slice(pointer, pointer + this.word(this.#length));
  }

  checkTable(arg: number): void {
    this.exports.luaL_checktype(this.L, arg, LuaType.table);
  }

  checkFunction(arg: number): void {
    this.exports.luaL_checktype(this.L, arg, LuaType.function);
  }

  checkAny(arg: number): void {
    this.exports.luaL_checkany(this.L, arg);
  }

  /** "bad argument #arg to 'f' (message)" */
  argError(arg: number, message: string): never {
    this.pushString(`${message}\0`);
    this.exports.luaL_argerror(this.L, arg, this.exports.lua_tolstring(this.L, -1, 0));
    throw new Error('luaL_argerror returned');
  }

  /** "bad argument #arg to 'f' (expected expected, got type)" */
  typeError(arg: number, expected: string): never {
    this.exports.luaL_typerror(this.L, arg, this.name(expected));
    throw new Error('luaL_typerror returned');
  }

  /** Raises the value on top of the stack. */
  raise(): never {
    this.exports.lua_error(this.L);
    throw new Error('lua_error returned');
  }

  // Tables

  createTable(array = 0, hash = 0): void {
    this.exports.lua_createtable(this.L, array, hash);
  }

  getField(index: number, name: string): void {
    this.exports.lua_getfield(this.L, index, this.name(name));
  }

  setField(index: number, name: string): void {
    this.exports.lua_setfield(this.L, index, this.name(name));
  }

  getGlobal(name: string): void {
    this.getField(GLOBALS_INDEX, name);
  }

  rawGet(index: number): void {
    this.exports.lua_rawget(this.L, index);
  }

  rawSet(index: number): void {
    this.exports.lua_rawset(this.L, index);
  }

  rawGetIndex(index: number, n: number): void {
    this.exports.lua_rawgeti(this.L, index, n);
  }

  rawSetIndex(index: number, n: number): void {
    this.exports.lua_rawseti(this.L, index, n);
  }

  /** Pops a key, pushes the next key and value; false (nothing pushed) at the end. */
  next(index: number): boolean {
    return this.exports.lua_next(this.L, index) !== 0;
  }
}
