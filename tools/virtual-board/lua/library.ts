import { type Lua, type LuaFunction, LuaType, type UserdataType } from './lua.ts';

/** The names of a module: functions, constants, nested tables. */
export interface Fields {
  readonly [name: string]: LuaFunction | number | string | Fields;
}

/** A NodeMCU module: what `pairs(name)` lists on the board. */
export interface LuaModule {
  readonly name: string;
  readonly fields: Fields;
}

/** What an object type has beside its methods. */
export interface TypeOptions {
  /** Runs as __gc; the firmware's types without a finalizer must not have one. */
  finalizer?: LuaFunction;
  /** Other metamethods, e.g. __tostring. */
  metamethods?: Readonly<Record<string, LuaFunction>>;
}

function setFields(lua: Lua, fields: Fields, tables: ReadOnlyTables): void {
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'number') lua.pushNumber(value);
    else if (typeof value === 'string') lua.pushString(value);
    else if (typeof value === 'function') lua.pushFunction(value);
    else tables.push(value);
    lua.setField(-2, name);
  }
}

/** Creates the metatable of an object type; its methods are the metatable's own fields, as in the firmware. */
export function defineType(
  lua: Lua,
  type: UserdataType<unknown>,
  methods: Readonly<Record<string, LuaFunction>>,
  options: TypeOptions = {},
): void {
  lua.createTable();
  lua.pushValue(-1);
  lua.setField(-2, '__index');
  const functions: Record<string, LuaFunction> = { ...methods, ...options.metamethods };
  const { finalizer } = options;
  if (finalizer) {
    functions['__gc'] = (state) => {
      state.heap.finalizing();
      return finalizer(state);
    };
  }
  setFunctions(lua, functions);
  lua.setMetatable(type);
}

/** Adds functions to the table on top of the stack. */
export function setFunctions(lua: Lua, functions: Readonly<Record<string, LuaFunction>>): void {
  for (const [name, fn] of Object.entries(functions)) {
    lua.pushFunction(fn);
    lua.setField(-2, name);
  }
}

function refuseWrite(lua: Lua): never {
  lua.exports.luaL_where(lua.L, 1);
  lua.pushString('table is readonly');
  lua.exports.lua_concat(lua.L, 2);
  return lua.raise();
}

/**
 * The chip's tables in flash (ROTables): iterable, readable, not writable, without a visible metatable. Here an empty
 * table stands before the real one, so that every write meets `__newindex`.
 */
export class ReadOnlyTables {
  readonly #lua: Lua;
  /** Identity of the empty table to the kept real one. */
  readonly #real = new Map<number, number>();
  /** Addresses of tables that no program can write to: real ones, what stands before them, and metatables. */
  readonly constant = new Set<number>();

  constructor(lua: Lua) {
    this.#lua = lua;
  }

  /** Pushes a new read-only table with these fields. */
  push(fields: Fields): void {
    this.#lua.createTable(0, Object.keys(fields).length);
    setFields(this.#lua, fields, this);
    this.freeze();
  }

  /** Replaces the table on top of the stack by a read-only table with the same content. */
  freeze(): void {
    const lua = this.#lua;
    this.constant.add(lua.pointer(-1));
    lua.createTable();
    this.constant.add(lua.pointer(-1));
    this.#real.set(lua.pointer(-1), this.#keep(-2));
    lua.createTable(0, 2);
    this.constant.add(lua.pointer(-1));
    lua.pushValue(-3);
    lua.setField(-2, '__index');
    lua.pushFunction(refuseWrite);
    lua.setField(-2, '__newindex');
    lua.exports.lua_setmetatable(lua.L, -2);
    lua.remove(-2);
  }

  /**
   * Pops the table of base functions and lets the table at `index` find them; that table itself becomes read-only for
   * new names, and hides this.
   */
  inherit(index: number): void {
    const lua = this.#lua;
    this.constant.add(lua.pointer(-1));
    lua.createTable(0, 2);
    this.constant.add(lua.pointer(-1));
    lua.insert(-2);
    lua.setField(-2, '__index');
    lua.pushFunction(refuseWrite);
    lua.setField(-2, '__newindex');
    lua.exports.lua_setmetatable(lua.L, index);
    this.#real.set(lua.pointer(index), this.#keep(index));
    this.constant.delete(lua.pointer(index));
  }

  #keep(index: number): number {
    this.#lua.pushValue(index);
    return this.#lua.keep();
  }

  /** Pushes a read-only table that raises an error for whatever is looked up in it. */
  pushRaising(raise: LuaFunction): void {
    this.push({});
    const lua = this.#lua;
    lua.exports.lua_getmetatable(lua.L, -1);
    lua.pushFunction(raise);
    lua.setField(-2, '__index');
    lua.pop();
  }

  has(index: number): boolean {
    return this.#lua.type(index) === LuaType.table && this.#real.has(this.#lua.pointer(index));
  }

  /** Puts the real table in the place of a read-only one; leaves everything else alone. */
  unwrap(index: number): void {
    if (this.#lua.type(index) !== LuaType.table) return;
    const kept = this.#real.get(this.#lua.pointer(index));
    if (kept === undefined) return;
    this.#lua.pushKept(kept);
    this.#lua.replace(index);
  }
}
