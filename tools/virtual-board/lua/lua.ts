import { BlockStore } from './block-store.ts';
import { LuaError, LuaPanic, MachineStopped } from './errors.ts';
import * as layout from './layout.ts';
import { LuaHeap, type LuaHeapOptions } from './lua-heap.ts';
import { type CFunctionPointers, CAPACITY, placeFunctions } from './trampoline.ts';
import { instantiateLua, LONGJMP, type LuaExports } from './wasm.ts';

/** A function that Lua can call: takes its arguments from the stack, pushes results, returns how many. */
export type LuaFunction = (lua: Lua) => number;

/** What a userdata stands for. `methods` of the type are registered with `Lua.defineType`. */
export interface UserdataType<T> {
  /** Name in error messages, e.g. "tmr.timer expected, got table". */
  readonly name: string;
  /** Bytes of the C struct on the chip. */
  readonly size: number;
  /** Never set; carries the payload's type. */
  readonly payload?: T;
}

interface UserdataEntry {
  type: UserdataType<unknown>;
  value: unknown;
}

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

export const REGISTRY_INDEX = -10000;
export const GLOBALS_INDEX = -10002;
/** Pseudo-index of the nth upvalue (from 1) of the running function. */
export const upvalueIndex = (n: number): number => GLOBALS_INDEX - n;
export const MULTIPLE_RESULTS = -1;
/** A reference that refers to nothing (LUA_NOREF). */
export const NO_REF = -2;

const ARENA_SIZE = 8 << 20;
const SCRATCH_SIZE = 1 << 20;
const SHORT_STRING = 48;
const KEPT_VALUES = 1000;
const GC = { stop: 0, restart: 1, collect: 2, setStepMultiplier: 7 } as const;

/**
 * One Lua 5.1 state in its own WebAssembly instance, with a typed stack API. Strings are binary: one character per
 * byte. A function that raises (`error`, `check...`) does not return.
 */
export class Lua {
  /** The running coroutine; functions called from Lua work on it. */
  L: number;
  readonly main: number;
  readonly heap: LuaHeap;
  readonly exports: LuaExports;
  /** Receives what lua_dump writes. */
  onDump: (bytes: Uint8Array) => void = () => undefined;
  /** See `LuaProfile.integerConversion`. */
  roundsIntegers = false;
  /** Count hook, see `setHook`. */
  onHook: () => void = () => undefined;

  readonly #pointers: CFunctionPointers;
  readonly #functions: LuaFunction[] = [];
  readonly #indexOf = new Map<LuaFunction, number>();
  readonly #names = new Map<string, number>();
  readonly #objects = new Map<number, UserdataEntry>();
  readonly #metatables = new Map<UserdataType<unknown>, number>();
  readonly #words: Uint32Array;
  readonly #bytes: Uint8Array;
  readonly #buffer: Buffer;
  readonly #scratch: number;
  readonly #length: number;
  readonly #global: number;
  readonly #keeper: number;
  #activation: number | undefined;

  constructor(heapOptions: LuaHeapOptions) {
    const exports = instantiateLua();
    this.exports = exports;
    const arena = exports.malloc(ARENA_SIZE);
    this.#scratch = exports.malloc(SCRATCH_SIZE);
    this.#length = exports.malloc(8);
    const store = new BlockStore(exports.memory, arena, ARENA_SIZE);
    this.#words = store.words;
    this.#bytes = store.bytes;
    this.#buffer = Buffer.from(exports.memory.buffer);
    this.heap = new LuaHeap(store, heapOptions);
    this.#pointers = placeFunctions(exports, {
      alloc: this.heap.allocate,
      hook: () => {
        this.onHook();
      },
      write: (_L, bytes, length) => {
        this.onDump(this.#bytes.slice(bytes, bytes + length));
        return 0;
      },
      panic: (L) => {
        this.L = L;
        throw new LuaPanic(this.toString(-1) ?? 'error object is not a string');
      },
      dispatch: this.#dispatch,
    });
    this.main = exports.lua_newstate(this.#pointers.alloc, 0);
    this.L = this.main;
    exports.lua_atpanic(this.main, this.#pointers.panic);
    this.#global = this.#word(this.main + layout.STATE_GLOBAL);
    store.onObjectReleased = (block) => {
      this.#objects.delete(block + layout.USERDATA_HEADER);
    };
    this.#connectCollector();
    this.#keeper = exports.lua_newthread(this.main);
    this.ref();
    exports.luaL_checkstack(this.#keeper, KEPT_VALUES, this.name('too many values kept'));
  }

  #connectCollector(): void {
    this.heap.globalState = this.#global;
    // Step multiplier 0: whenever the collector runs it runs a whole cycle, which is cheaper than many small steps.
    this.exports.lua_gc(this.main, GC.setStepMultiplier, 0);
  }

  readonly #dispatch = (L: number, index: number): number => {
    const caller = this.L;
    this.L = L;
    try {
      return (this.#functions[index] as LuaFunction)(this);
    } catch (thrown) {
      if (thrown === LONGJMP || thrown instanceof MachineStopped || thrown instanceof LuaPanic) throw thrown;
      this.L = L;
      return this.#raise(thrown);
    } finally {
      this.L = caller;
    }
  };

  #raise(thrown: unknown): number {
    const isLuaError = thrown instanceof LuaError;
    if (!isLuaError && !(thrown instanceof Error)) throw thrown;
    this.exports.luaL_where(this.L, 1);
    this.pushString(isLuaError ? thrown.message : `virtual board: ${thrown.stack ?? thrown.message}`);
    this.exports.lua_concat(this.L, 2);
    return this.exports.lua_error(this.L);
  }

  #word(address: number): number {
    return this.#words[address >> 2] ?? 0;
  }

  /** A NUL-terminated string in memory, kept for ever: for names, not for data. */
  name(text: string): number {
    let pointer = this.#names.get(text);
    if (pointer === undefined) {
      pointer = this.heap.store.take(text.length + 1);
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

  /** Pushes a function written in TypeScript; takes `upvalues` values from the stack. Without upvalues it is shared. */
  pushFunction(fn: LuaFunction, upvalues = 0): void {
    let index = this.#indexOf.get(fn);
    if (index === undefined) {
      index = this.#functions.push(fn) - 1;
      if (index >= CAPACITY) throw new Error('too many functions for the trampoline');
      this.#indexOf.set(fn, index);
    }
    this.exports.lua_pushcclosure(this.L, this.#pointers.functions + index, upvalues);
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
    return pointer === 0 ? undefined : this.#read(pointer, this.#word(this.#length));
  }

  /** A copy of the string's bytes; undefined for what is neither string nor number. */
  toBytes(index: number): Uint8Array | undefined {
    const pointer = this.exports.lua_tolstring(this.L, index, this.#length);
    return pointer === 0 ? undefined : this.#bytes.slice(pointer, pointer + this.#word(this.#length));
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
    return this.#read(pointer, this.#word(this.#length));
  }

  optString(arg: number, fallback: string): string {
    return this.isNoneOrNil(arg) ? fallback : this.checkString(arg);
  }

  checkBytes(arg: number): Uint8Array {
    const pointer = this.exports.luaL_checklstring(this.L, arg, this.#length);
    return this.#bytes.slice(pointer, pointer + this.#word(this.#length));
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

  // References

  /** Pops a value and keeps it in the registry. */
  ref(): number {
    return this.exports.luaL_ref(this.L, REGISTRY_INDEX);
  }

  /**
   * Pops a value of the machine itself and keeps it for ever, outside the registry: that one has to grow as on the chip,
   * where such values lie in flash. `pushKept` pushes it again.
   */
  keep(): number {
    this.exports.lua_xmove(this.L, this.#keeper, 1);
    return this.exports.lua_gettop(this.#keeper);
  }

  pushKept(kept: number): void {
    this.exports.lua_pushvalue(this.#keeper, kept);
    this.exports.lua_xmove(this.#keeper, this.L, 1);
  }

  /** Forgets a reference; NO_REF is ignored. */
  unref(reference: number): void {
    this.exports.luaL_unref(this.L, REGISTRY_INDEX, reference);
  }

  pushRef(reference: number): void {
    this.exports.lua_rawgeti(this.L, REGISTRY_INDEX, reference);
  }

  // Userdata

  /** Remembers the table on top of the stack as the metatable of a type, and pops it. */
  setMetatable(type: UserdataType<unknown>): void {
    this.pushValue(-1);
    this.setField(REGISTRY_INDEX, type.name);
    this.#metatables.set(type, this.keep());
  }

  /** Pushes a new userdata that stands for `value`; returns its address, which the heap may give to another later. */
  pushUserdata<T>(type: UserdataType<T>, value: T): number {
    const address = this.exports.lua_newuserdata(this.L, type.size);
    this.#objects.set(address, { type, value });
    this.heap.store.markObject(address - layout.USERDATA_HEADER);
    this.pushKept(this.#metatables.get(type) ?? 0);
    this.exports.lua_setmetatable(this.L, -2);
    return address;
  }

  checkUserdata<T>(arg: number, type: UserdataType<T>): T {
    const value = this.toUserdata(arg, type);
    return value === undefined ? this.typeError(arg, type.name) : value;
  }

  toUserdata<T>(index: number, type: UserdataType<T>): T | undefined {
    return this.objectAt(this.exports.lua_touserdata(this.L, index), type);
  }

  /** What lives at the address of a userdata now, if it is of that type. */
  objectAt<T>(address: number, type: UserdataType<T>): T | undefined {
    const entry = this.#objects.get(address);
    return entry?.type === type ? (entry.value as T) : undefined;
  }

  // Calls

  /** Unprotected, as lua_call: an error with no Lua caller is a panic. */
  call(args: number, results: number): void {
    this.exports.lua_call(this.L, args, results);
  }

  /** 0 = good. `handler`: stack index of the message handler, 0 = none. */
  protectedCall(args: number, results: number, handler = 0): number {
    return this.exports.lua_pcall(this.L, args, results, handler);
  }

  /** Calls `onHook` after every `count` instructions; 0 = never. */
  setHook(count: number): void {
    const COUNT_MASK = 8;
    this.exports.lua_sethook(this.main, count === 0 ? 0 : this.#pointers.hook, count === 0 ? 0 : COUNT_MASK, count);
  }

  /** Pushes the function that runs at a call level (1 = who called the running function), or nil. */
  pushFunctionAtLevel(level: number): void {
    const ACTIVATION_SIZE = 100;
    const activation = (this.#activation ??= this.exports.malloc(ACTIVATION_SIZE));
    if (this.exports.lua_getstack(this.L, level, activation) === 0) this.pushNil();
    else this.exports.lua_getinfo(this.L, this.name('f'), activation);
  }

  // Chunks

  /** Compiles text or undumps stock bytecode; 0 = good, function pushed; else an error message is pushed. */
  loadBuffer(chunk: Uint8Array, chunkName: string): number {
    const bytes = this.heap.store.take(chunk.length + chunkName.length + 1);
    if (bytes === 0) throw new LuaError('not enough memory');
    const name = bytes + chunk.length;
    this.#bytes.set(chunk, bytes);
    this.#buffer.write(chunkName, name, 'latin1');
    this.#bytes[name + chunkName.length] = 0;
    try {
      return this.exports.luaL_loadbuffer(this.L, bytes, chunk.length, name);
    } finally {
      this.heap.store.setCharge(bytes, 0);
      this.heap.store.release(bytes);
    }
  }

  /** Stock bytecode of the function on top of the stack. */
  dump(): Uint8Array {
    const parts: Uint8Array[] = [];
    this.onDump = (bytes) => parts.push(bytes);
    this.exports.lua_dump(this.L, this.#pointers.write, 0);
    return Buffer.concat(parts);
  }

  /**
   * From here on blocks cost what they cost on the chip, and `arena` bytes are free. What grows later but exists
   * already (the stack, the registry, the globals) is charged what it costs now, as part of the boot's share.
   */
  startCharging(arena: number): void {
    const { heap, main } = this;
    this.collect();
    heap.chargeValues(this.#word(main + layout.STATE_STACK.vector), this.#word(main + layout.STATE_STACK.size));
    const calls = this.#word(main + layout.STATE_CALLS.vector);
    heap.recharge(calls, this.#word(main + layout.STATE_CALLS.size) * layout.CALL_INFO_SIZE);
    this.#chargeTable(this.#word(this.#global + layout.GLOBAL_REGISTRY));
    this.#chargeTable(this.#word(main + layout.STATE_GLOBALS));
    heap.start(arena);
  }

  #chargeTable(table: number): void {
    const { array, sizeArray, nodes, logNodes } = layout.TABLE;
    this.heap.chargeValues(this.#word(table + array), this.#word(table + sizeArray));
    const nodeCount = 1 << (this.#bytes[table + logNodes] ?? 0);
    if (nodeCount > 1) this.heap.recharge(this.#word(table + nodes), nodeCount * layout.NODE_SIZE);
  }

  // Collector

  /** A full collection, finalizers included. */
  collect(): void {
    this.exports.lua_gc(this.L, GC.collect, 0);
    this.heap.collected();
  }

  stopCollector(): void {
    this.heap.isStopped = true;
    this.exports.lua_gc(this.L, GC.stop, 0);
  }

  restartCollector(): void {
    this.heap.isStopped = false;
    this.exports.lua_gc(this.L, GC.restart, 0);
  }

  /** For code that reads objects of the virtual machine: the 32-bit word at an address. */
  word(address: number): number {
    return this.#word(address);
  }

  setWord(address: number, value: number): void {
    this.#words[address >> 2] = value;
  }

  /** Bytes that stock Lua counts for its collector. */
  totalBytes(): number {
    return this.#word(this.#global + layout.GLOBAL_TOTAL_BYTES);
  }

  setTotalBytes(value: number): void {
    this.#words[(this.#global + layout.GLOBAL_TOTAL_BYTES) >> 2] = value;
  }
}
