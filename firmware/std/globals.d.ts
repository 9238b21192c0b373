/**
 * Global functions of Lua 5.1 as NodeMCU has them.
 * @noSelfInFile
 */

declare const luaThread: unique symbol;
/** A coroutine. */
interface LuaThread {
  readonly [luaThread]: true;
}

/** `'Lua 5.1'`. */
declare const _VERSION: string;

/**
 * Global variables by name. A field that the firmware image lacks is `nil`, so `_G.bit` tells whether the module was
 * compiled in. `setmetatable(_G, ...)` would cut off the firmware's modules.
 */
declare const _G: Record<string, unknown>;

/** Returns `value` when it is neither nil nor false; raises `message` otherwise. */
declare function assert<V>(value: V, message?: string): Exclude<V, undefined | null | false>;

/** Runs a full collection. */
declare function collectgarbage(option?: 'collect'): number;
/** Stops or restarts the collector, or tells the heap that Lua holds in kB (with a fraction). */
declare function collectgarbage(option: 'stop' | 'restart' | 'count'): number;
/** Sets the pause or the step multiplier in per cent and returns the previous value. */
declare function collectgarbage(option: 'setpause' | 'setstepmul', percent: number): number;
/** Runs one step of `size` (0 is the smallest); true when a cycle was finished. */
declare function collectgarbage(option: 'step', size: number): boolean;

/** Runs a file and returns its first result; raises its errors. */
declare function dofile(name: string): unknown;

/** Raises `message`; `level` 1 adds the position of the call (default), 2 that of the caller's caller, 0 none. */
declare function error(message: unknown, level?: number): never;

declare function getmetatable<T>(value: T): LuaMetatable<T> | undefined;

/** Iterates 1, 2, 3 ... up to the first nil. */
declare function ipairs<T>(list: readonly T[]): LuaIterable<LuaMultiReturn<[number, NonNullable<T>]>>;

/** Compiles a file without running it. */
declare function loadfile(name: string): LuaMultiReturn<[chunk: (this: void) => unknown] | [undefined, error: string]>;

/** Compiles source text without running it: costs about twice the heap of the same code as `.lc`. */
declare function loadstring(
  source: string,
  chunkName?: string,
): LuaMultiReturn<[chunk: (this: void) => unknown] | [undefined, error: string]>;

/** The key and value after `key`, or the first ones; nil at the end. */
declare function next<K extends AnyNotNil, V>(
  table: LuaTable<K, V> | LuaMap<K, V>,
  key?: K,
): LuaMultiReturn<[K, NonNullable<V>] | [undefined]>;
declare function next<T extends object>(
  table: T,
  key?: keyof T,
): LuaMultiReturn<[keyof T, NonNullable<T[keyof T]>] | [undefined]>;

/** Iterates all keys in no particular order. Fields may be cleared on the way, not added. */
declare function pairs<K extends AnyNotNil, V>(
  table: LuaTable<K, V> | LuaMap<K, V>,
): LuaIterable<LuaMultiReturn<[K, NonNullable<V>]>>;
declare function pairs<T extends object>(table: T): LuaIterable<LuaMultiReturn<[keyof T, NonNullable<T[keyof T]>]>>;

/** Calls `f` and turns an error into `false, message`. */
declare function pcall<A extends unknown[], R>(
  f: (this: void, ...args: A) => R,
  ...args: A
): LuaMultiReturn<[ok: true, result: R] | [ok: false, message: string]>;
/** Calls a method taken off its object, `pcall(sk.send, sk, text)`, and turns an error into `false, message`. */
declare function pcall<T, A extends unknown[], R>(
  f: (this: T, ...args: A) => R,
  self: T,
  ...args: A
): LuaMultiReturn<[ok: true, result: R] | [ok: false, message: string]>;

/** As `pcall`, with a handler that sees the error before the stack unwinds. */
declare function xpcall<R>(
  f: (this: void) => R,
  handler: (this: void, message: string) => string,
): LuaMultiReturn<[ok: true, result: R] | [ok: false, message: string]>;

/** Writes its arguments, separated by tabs, and a line end to the UART (or the console of `node.output`). */
declare function print(...values: unknown[]): void;

declare function rawequal(a: unknown, b: unknown): boolean;
declare function rawget<T extends object, K extends keyof T>(table: T, key: K): T[K];
declare function rawset<T extends object, K extends keyof T>(table: T, key: K, value: T[K]): T;

/** The arguments from number `first` on, or with `'#'` how many there are. */
declare function select<T>(first: number, ...values: T[]): LuaMultiReturn<T[]>;
declare function select(count: '#', ...values: unknown[]): number;

declare function setmetatable<T extends object>(table: T, metatable: LuaMetatable<T> | undefined): T;

/** The number that a string denotes, or nil. `tonumber('ff', 16)` is 255. */
declare function tonumber(value: unknown, base?: number): number | undefined;

declare function tostring(value: unknown): string;

declare function type(
  value: unknown,
):
  'nil' | 'number' | 'string' | 'boolean' | 'table' | 'function' | 'thread' | 'userdata' | 'romtable' | 'lightfunction';

/** The items of a list as separate values. */
declare function unpack<T>(list: readonly T[], first?: number, last?: number): LuaMultiReturn<T[]>;
