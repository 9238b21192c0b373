import type { Environment } from './environment.ts';
import { LuaError } from './errors.ts';
import { type Lua, LuaType, upvalueIndex } from './lua.ts';

/** Adds what the firmware's string library has beyond stock Lua's to the table on top of the stack. */
export function stringOverrides(lua: Lua, environment: Environment): void {
  lua.pushFunction((state) => dump(state, environment));
  lua.setField(-2, 'dump');
  lua.getField(-1, 'format');
  lua.pushFunction(formatOperator, 1);
  lua.setField(-2, '__mod');
  lua.pushValue(-1);
  lua.setField(-2, '__index');
}

function dump(lua: Lua, environment: Environment): number {
  lua.checkFunction(1);
  if (lua.exports.lua_iscfunction(lua.L, 1) !== 0) throw new LuaError('unable to dump given function');
  lua.setTop(1);
  lua.pushBytes(environment.chunks.dump(lua));
  return 1;
}

/** "%d of %d" % {1, 2} */
function formatOperator(lua: Lua): number {
  lua.setTop(2);
  let count = 2;
  if (lua.type(2) === LuaType.table) {
    const length = lua.length(2);
    for (let index = 1; index <= length; index++) lua.rawGetIndex(2, index);
    lua.remove(2);
    count = length + 1;
  }
  lua.pushValue(upvalueIndex(1));
  lua.insert(1);
  if (lua.protectedCall(count, 1) === 0) return 1;
  lua.exports.luaL_where(lua.L, 1);
  lua.insert(-2);
  lua.exports.lua_concat(lua.L, 2);
  return lua.raise();
}
