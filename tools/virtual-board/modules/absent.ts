import { LuaError } from '../lua/errors.ts';
import type { Lua } from '../lua/lua.ts';
import names from './firmware-names.json' with { type: 'json' };

/** Modules of the firmware that no virtual board has. */
export function absentModules(present: readonly string[]): string[] {
  return Object.keys(names).filter((name) => !present.includes(name));
}

/** Pushes a table that raises an error for whatever is looked up in it, naming it. */
export function pushAbsentModule(lua: Lua, module: string): void {
  lua.createTable();
  lua.createTable();
  lua.pushFunction((state) => {
    throw new LuaError(`the virtual board has no ${module}.${state.toString(2) ?? '?'}`);
  });
  lua.setField(-2, '__index');
  lua.exports.lua_setmetatable(lua.L, -2);
}
