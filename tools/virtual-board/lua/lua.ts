import { BlockStore } from './block-store.ts';
import { isTrap, LuaError, LuaPanic, MachineStopped } from './errors.ts';
import * as layout from './layout.ts';
import { LibraryNames } from './library-names.ts';
import { LuaHeap, type LuaHeapOptions } from './lua-heap.ts';
import { GLOBALS_INDEX, LuaStack } from './stack.ts';
import { type CFunctionPointers, CAPACITY, placeFunctions } from './trampoline.ts';
import { instantiateLua, LONGJMP } from './wasm.ts';

export { GLOBALS_INDEX, LuaType } from './stack.ts';

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

export const REGISTRY_INDEX = -10000;
/** Pseudo-index of the nth upvalue (from 1) of the running function. */
export const upvalueIndex = (n: number): number => GLOBALS_INDEX - n;
export const MULTIPLE_RESULTS = -1;
/** A reference that refers to nothing (LUA_NOREF). */
export const NO_REF = -2;

const ARENA_SIZE = 8 << 20;
const KEPT_VALUES = 1000;
const GC = { stop: 0, restart: 1, collect: 2, setStepMultiplier: 7 } as const;

/** One Lua 5.1 state in its own WebAssembly instance. */
export class Lua extends LuaStack {
  readonly main: number;
  readonly heap: LuaHeap;
  readonly libraryNames: LibraryNames;
  /** Count hook, see `setHook`. */
  onHook: () => void = () => undefined;

  readonly #pointers: CFunctionPointers;
  readonly #functions: LuaFunction[] = [];
  readonly #indexOf = new Map<LuaFunction, number>();
  readonly #objects = new Map<number, UserdataEntry>();
  readonly #metatables = new Map<UserdataType<unknown>, number>();
  readonly #bytes: Uint8Array;
  readonly #global: number;
  readonly #keeper: number;
  #dumped: Uint8Array[] = [];
  #activation: number | undefined;

  constructor(heapOptions: LuaHeapOptions) {
    const exports = instantiateLua();
    const store = new BlockStore(exports.memory, exports.malloc(ARENA_SIZE), ARENA_SIZE);
    super(exports, store);
    this.#bytes = store.bytes;
    this.heap = new LuaHeap(store, heapOptions);
    this.libraryNames = new LibraryNames(this.heap);
    this.#pointers = placeFunctions(exports, {
      alloc: this.heap.allocate,
      hook: () => {
        this.onHook();
      },
      write: (_L, bytes, length) => {
        this.#dumped.push(this.#bytes.slice(bytes, bytes + length));
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
    this.#global = this.word(this.main + layout.STATE_GLOBAL);
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
      const ends = thrown === LONGJMP || thrown instanceof MachineStopped || thrown instanceof LuaPanic;
      if (ends || isTrap(thrown)) throw thrown;
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
    this.#bytes.set(Buffer.from(chunkName, 'latin1'), name);
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
    this.#dumped = [];
    this.exports.lua_dump(this.L, this.#pointers.write, 0);
    return Buffer.concat(this.#dumped);
  }

  /**
   * From here on blocks cost what they cost on the chip, and `arena` bytes are free. What grows later but exists
   * already (the stack, the registry, the globals) is charged what it costs now, as part of the boot's share.
   */
  startCharging(arena: number, luaAtBoot: number): void {
    const { heap, main } = this;
    this.collect();
    heap.chargeValues(this.word(main + layout.STATE_STACK.vector), this.word(main + layout.STATE_STACK.size));
    const calls = this.word(main + layout.STATE_CALLS.vector);
    heap.recharge(calls, this.word(main + layout.STATE_CALLS.size) * layout.CALL_INFO_SIZE);
    this.#chargeTable(this.word(this.#global + layout.GLOBAL_REGISTRY));
    this.#chargeTable(this.word(main + layout.STATE_GLOBALS));
    heap.start(arena, luaAtBoot);
  }

  #chargeTable(table: number): void {
    const { array, sizeArray, nodes, logNodes } = layout.TABLE;
    this.heap.chargeValues(this.word(table + array), this.word(table + sizeArray));
    const nodeCount = 1 << (this.#bytes[table + logNodes] ?? 0);
    if (nodeCount > 1) this.heap.recharge(this.word(table + nodes), nodeCount * layout.NODE_SIZE);
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

  /** Bytes that stock Lua counts for its collector. */
  totalBytes(): number {
    return this.word(this.#global + layout.GLOBAL_TOTAL_BYTES);
  }

  setTotalBytes(value: number): void {
    this.setWord(this.#global + layout.GLOBAL_TOTAL_BYTES, value);
  }
}
