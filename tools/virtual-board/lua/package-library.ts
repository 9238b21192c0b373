import type { Environment } from './environment.ts';
import { LuaError } from './errors.ts';
import { GLOBALS_INDEX, type Lua, type LuaFunction, LuaType, REGISTRY_INDEX, upvalueIndex } from './lua.ts';

/** pairs, require and the searcher of package.path, as the firmware has them (app/lua/loadlib.c). */
export function requireFunctions(environment: Environment): Record<'pairs' | 'require' | 'loadLua', LuaFunction> {
  const { chunks, tables } = environment;
  /** Light userdata that marks a module as being loaded. */
  const SENTINEL = 1;

  function pairs(lua: Lua): number {
    lua.checkTable(1);
    lua.pushValue(upvalueIndex(1));
    lua.pushValue(1);
    tables.unwrap(lua.top());
    lua.pushNil();
    return 3;
  }

  function loadLua(lua: Lua): number {
    const name = lua.checkString(1);
    lua.getField(GLOBALS_INDEX, 'package');
    lua.getField(-1, 'path');
    const path = lua.toString(-1);
    if (path === undefined) throw new LuaError("'package.path' must be a string");
    let tried = '';
    for (const template of path.split(';').filter((part) => part !== '')) {
      const file = template.replaceAll('?', name.replaceAll('.', '/'));
      if (!chunks.exists(file)) {
        tried += `\n\tno file '${file}'`;
        continue;
      }
      if (chunks.loadFile(lua, file) !== 0) {
        throw new LuaError(`error loading module '${name}' from file '${file}':\n\t${lua.toString(-1) ?? ''}`);
      }
      return 1;
    }
    lua.pushString(tried);
    return 1;
  }

  /** Pushes the function that the first successful searcher returns. */
  function search(lua: Lua, name: string): void {
    lua.getField(GLOBALS_INDEX, 'package');
    lua.getField(-1, 'loaders');
    if (lua.type(-1) !== LuaType.table) throw new LuaError("'package.loaders' must be a table");
    let tried = '';
    for (let index = 1; ; index++) {
      lua.rawGetIndex(-1, index);
      if (lua.type(-1) === LuaType.nil) throw new LuaError(`module '${name}' not found:${tried}`);
      lua.pushString(name);
      lua.call(1, 1);
      if (lua.isFunction(-1)) return;
      if (lua.type(-1) === LuaType.string) tried += lua.toString(-1) ?? '';
      lua.pop();
    }
  }

  function require(lua: Lua): number {
    const LOADED = 2;
    const name = lua.checkString(1);
    lua.setTop(1);
    lua.getField(REGISTRY_INDEX, '_LOADED');
    lua.getField(LOADED, name);
    if (lua.toBoolean(-1)) {
      if (isSentinel(lua)) throw new LuaError(`loop or previous error loading module '${name}'`);
      return 1;
    }
    lua.getField(GLOBALS_INDEX, name);
    if (lua.type(-1) === LuaType.table) return 1;
    lua.pop();
    search(lua, name);
    lua.exports.lua_pushlightuserdata(lua.L, SENTINEL);
    lua.setField(LOADED, name);
    lua.pushString(name);
    lua.call(1, 1);
    if (lua.type(-1) !== LuaType.nil) lua.setField(LOADED, name);
    lua.getField(LOADED, name);
    if (isSentinel(lua)) {
      lua.pushBoolean(true);
      lua.pushValue(-1);
      lua.setField(LOADED, name);
    }
    return 1;
  }

  function isSentinel(lua: Lua): boolean {
    return lua.type(-1) === LuaType.lightUserdata && lua.exports.lua_touserdata(lua.L, -1) === SENTINEL;
  }

  return { pairs, require, loadLua };
}
