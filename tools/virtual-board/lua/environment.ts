import { baseOverrides } from './base-library.ts';
import { absentModules, lookUpAbsent } from '../modules/absent.ts';
import type { ChunkLoader } from './chunks.ts';
import { type LuaModule, ReadOnlyTables } from './library.ts';
import { GLOBALS_INDEX, type Lua, LuaType, REGISTRY_INDEX } from './lua.ts';
import { requireFunctions } from './package-library.ts';
import { stringOverrides } from './string-library.ts';

/** Names that the firmware keeps in each library (app/lua/l*lib.c); everything else of stock Lua is absent. */
const LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  string: 'byte char dump find format gfind gmatch gsub len lower match rep reverse sub upper'.split(' '),
  table: 'concat foreach foreachi getn maxn insert remove setn sort'.split(' '),
  math: 'abs ceil floor max min pow random randomseed sqrt pi huge'.split(' '),
  coroutine: 'create resume running status wrap yield'.split(' '),
  debug: ['getregistry', 'traceback'],
};
const BASE_FUNCTIONS = (
  'assert collectgarbage dofile error gcinfo getfenv getmetatable loadfile load loadstring next pcall print rawequal ' +
  'rawget rawset select setfenv setmetatable tonumber tostring type unpack xpcall'
).split(' ');
/** What lies in _G itself; the rest is found through its __index. */
const GLOBALS = 'ipairs module newproxy package pairs require'.split(' ');

export interface Environment {
  lua: Lua;
  chunks: ChunkLoader;
  tables: ReadOnlyTables;
  /** Kept reference of the string library, from buildEnvironment on. */
  stringLibrary: number;
  /** Where print and error reports go, before node.output. */
  print: (text: string) => void;
}

/**
 * Turns a state with stock libraries into NodeMCU's: libraries and modules are read-only tables behind _G, which is its
 * own metatable.
 */
export function buildEnvironment(lua: Lua, environment: Environment, modules: readonly LuaModule[]): void {
  const { tables } = environment;
  lua.exports.luaL_openlibs(lua.L);
  lua.setTop(0);
  disarmStockFiles(lua);
  nameTypes(lua);
  pushStock(lua);
  const stock = lua.top();
  lua.createTable();
  const rom = lua.top();
  fillLibraries(lua, environment, stock, rom);
  for (const { name, fields } of modules) {
    tables.push(fields);
    lua.setField(rom, name);
  }
  for (const name of absentModules(modules.map((module) => module.name))) {
    tables.pushRaising(lookUpAbsent(name));
    lua.setField(rom, name);
  }
  pushBase(lua, environment, stock);
  tables.inherit(rom);
  resetGlobals(lua, environment, stock);
  resetRegistry(lua);
  lua.pushValue(rom);
  lua.setField(GLOBALS_INDEX, '__index');
  lua.pushValue(GLOBALS_INDEX);
  lua.exports.lua_setmetatable(lua.L, GLOBALS_INDEX);
  lua.setTop(0);
}

/**
 * Stock Lua's standard files are garbage here, and the firmware has none. Their finalizer must never run: an error in it
 * ("FILE* expected, got userdata" was seen once) has no protected caller.
 */
function disarmStockFiles(lua: Lua): void {
  lua.getField(REGISTRY_INDEX, 'FILE*');
  lua.pushNil();
  lua.setField(-2, '__gc');
  lua.pop();
}

/** The firmware calls light userdata "lightfunction" (app/lua/ltm.c); the names are an array of pointers in memory. */
function nameTypes(lua: Lua): void {
  const [nil, boolean] = [LuaType.nil, LuaType.boolean].map((type) => lua.exports.lua_typename(lua.L, type));
  const DATA_END = 1 << 17;
  for (let address = 0; address < DATA_END; address += 4) {
    if (lua.word(address) !== nil || lua.word(address + 4) !== boolean) continue;
    lua.setWord(address + 4 * LuaType.lightUserdata, lua.name('lightfunction'));
    return;
  }
  throw new Error('liblua5.1.wasm has no table of type names where it should be');
}

/** A copy of the global table as luaL_openlibs left it. */
function pushStock(lua: Lua): void {
  lua.createTable();
  lua.pushNil();
  while (lua.next(GLOBALS_INDEX)) {
    lua.pushValue(-2);
    lua.insert(-2);
    lua.rawSet(-4);
  }
}

function fillLibraries(lua: Lua, environment: Environment, stock: number, rom: number): void {
  for (const [library, names] of Object.entries(LIBRARIES)) {
    lua.getField(stock, library);
    lua.createTable();
    for (const name of names) {
      lua.getField(-2, name);
      lua.setField(-2, name);
    }
    if (library === 'string') stringOverrides(lua, environment);
    if (library === 'debug') {
      lua.pushFunction(getStrings);
      lua.setField(-2, 'getstrings');
    }
    environment.tables.freeze();
    if (library === 'string') {
      linkStringMetatable(lua);
      lua.pushValue(-1);
      environment.stringLibrary = lua.keep();
    }
    lua.setField(rom, library);
    lua.pop();
  }
  lua.pushValue(rom);
  environment.tables.freeze();
  lua.setField(rom, 'ROM');
}

/** debug.getstrings: the RAM string table cannot be walked here, so the list is empty. */
function getStrings(lua: Lua): number {
  lua.createTable();
  return 1;
}

/**
 * The metatable of strings is the string library, with itself as __index (app/lua/lstrlib.c). Lua looks metamethods up
 * without metamethods, so that what it uses here is a table of its own; getmetatable shows the library.
 */
function linkStringMetatable(lua: Lua): void {
  lua.getField(-1, '__index');
  lua.pushValue(-2);
  lua.setField(-2, '__index');
  lua.pushString('');
  lua.exports.lua_getmetatable(lua.L, -1);
  lua.pushValue(-3);
  lua.setField(-2, '__index');
  lua.getField(-3, '__mod');
  lua.setField(-2, '__mod');
  lua.pop(3);
}

/** Pushes the table of base functions. */
function pushBase(lua: Lua, environment: Environment, stock: number): void {
  lua.createTable();
  for (const name of BASE_FUNCTIONS) {
    lua.getField(stock, name);
    lua.setField(-2, name);
  }
  for (const [name, fn] of Object.entries(baseOverrides(environment))) {
    lua.getField(stock, name);
    lua.pushFunction(fn, 1);
    lua.setField(-2, name);
  }
}

function resetGlobals(lua: Lua, environment: Environment, stock: number): void {
  lua.pushNil();
  while (lua.next(stock)) {
    lua.pop();
    lua.pushValue(-1);
    lua.pushNil();
    lua.rawSet(GLOBALS_INDEX);
  }
  lua.pushValue(GLOBALS_INDEX);
  lua.setField(GLOBALS_INDEX, '_G');
  lua.pushString('Lua 5.1');
  lua.setField(GLOBALS_INDEX, '_VERSION');
  for (const name of GLOBALS) {
    lua.getField(stock, name);
    lua.setField(GLOBALS_INDEX, name);
  }
  const { pairs, require, loadLua } = requireFunctions(environment);
  lua.getField(stock, 'next');
  lua.pushFunction(pairs, 1);
  lua.setField(GLOBALS_INDEX, 'pairs');
  lua.pushFunction(require);
  lua.setField(GLOBALS_INDEX, 'require');
  preparePackage(lua, loadLua);
}

/** What the firmware keeps by name beside its types. */
function resetRegistry(lua: Lua): void {
  for (const name of ['onerror', 'stdin']) {
    lua.pushBoolean(true);
    lua.setField(REGISTRY_INDEX, name);
  }
}

function preparePackage(lua: Lua, loadLua: (lua: Lua) => number): void {
  lua.getField(GLOBALS_INDEX, 'package');
  lua.pushString('?.lc;?.lua');
  lua.setField(-2, 'path');
  lua.pushString('');
  lua.setField(-2, 'cpath');
  lua.getField(-1, 'loaders');
  lua.pushFunction(loadLua);
  lua.rawSetIndex(-2, 2);
  lua.pop();
  lua.createTable();
  lua.pushValue(GLOBALS_INDEX);
  lua.setField(-2, '_G');
  lua.pushValue(-2);
  lua.setField(-2, 'package');
  lua.pushValue(-1);
  lua.setField(-3, 'loaded');
  lua.setField(REGISTRY_INDEX, '_LOADED');
  lua.pop();
}
