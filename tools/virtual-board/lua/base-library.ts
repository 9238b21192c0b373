import { LuaError } from './errors.ts';
import type { Environment } from './environment.ts';
import { GLOBALS_INDEX, type Lua, type LuaFunction, LuaType, upvalueIndex } from './lua.ts';

/** Base functions that differ from stock Lua; each finds the stock function of the same name in its first upvalue. */
export function baseOverrides(environment: Environment): Record<string, LuaFunction> {
  const { chunks, tables } = environment;

  function onRealTable(lua: Lua): number {
    tables.unwrap(1);
    return callStock(lua);
  }

  function rawset(lua: Lua): number {
    if (tables.has(1)) throw new LuaError('table is readonly');
    return callStock(lua);
  }

  function getmetatable(lua: Lua): number {
    if (!tables.has(1)) return callStock(lua);
    lua.pushNil();
    return 1;
  }

  function loadstring(lua: Lua): number {
    const chunk = lua.checkBytes(1);
    const chunkName = lua.optString(2, Buffer.from(chunk).toString('latin1'));
    return chunkOrError(lua, chunks.load(lua, chunk, chunkName));
  }

  function load(lua: Lua): number {
    lua.checkFunction(1);
    const chunkName = lua.optString(2, '=(load)');
    const parts: Uint8Array[] = [];
    for (;;) {
      lua.pushValue(1);
      lua.call(0, 1);
      if (lua.type(-1) === LuaType.nil) break;
      if (lua.type(-1) !== LuaType.string) throw new LuaError('reader function must return a string');
      const part = lua.toBytes(-1) ?? new Uint8Array();
      lua.pop();
      if (part.length === 0) break;
      parts.push(part);
    }
    return chunkOrError(lua, chunks.load(lua, Buffer.concat(parts), chunkName));
  }

  function loadfile(lua: Lua): number {
    return chunkOrError(lua, chunks.loadFile(lua, lua.checkString(1)));
  }

  function dofile(lua: Lua): number {
    const name = lua.checkString(1);
    const before = lua.top();
    chunks.doFile(lua, name);
    return lua.top() - before;
  }

  function print(lua: Lua): number {
    const count = lua.top();
    let line = '';
    for (let index = 1; index <= count; index++) line += (index > 1 ? '\t' : '') + printable(lua, index);
    environment.print(`${line}\n`);
    return 0;
  }

  return {
    next: onRealTable,
    rawget: onRealTable,
    rawset,
    getmetatable,
    loadstring,
    load,
    loadfile,
    dofile,
    print,
    collectgarbage: collector(),
    gcinfo,
  };
}

function callStock(lua: Lua): number {
  const count = lua.top();
  lua.pushValue(upvalueIndex(1));
  lua.insert(1);
  lua.call(count, -1);
  return lua.top();
}

/** nil and a message, or the function. */
function chunkOrError(lua: Lua, status: number): number {
  if (status === 0) return 1;
  lua.pushNil();
  lua.insert(-2);
  return 2;
}

/** What tostring says, up to the first NUL: the firmware prints C strings. */
function printable(lua: Lua, index: number): string {
  let text: string | undefined;
  if (lua.type(index) === LuaType.string) {
    text = lua.toString(index);
  } else {
    lua.getField(GLOBALS_INDEX, 'tostring');
    lua.pushValue(index);
    lua.call(1, 1);
    text = lua.toString(-1);
    lua.pop();
  }
  if (text === undefined) throw new LuaError("'tostring' must return a string to 'print'");
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}

function gcinfo(lua: Lua): number {
  lua.pushNumber(Math.floor(lua.heap.luaBytes() / 1024));
  return 1;
}

function collector(): LuaFunction {
  const options = 'stop restart collect count step setpause setstepmul setmemlimit getmemlimit'.split(' ');
  const settings = { setpause: 'pause', setstepmul: 'stepMultiplier', setmemlimit: 'memoryLimit' } as const;

  function perform(lua: Lua, option: string, value: number): number | boolean {
    switch (option) {
      case 'stop':
        lua.stopCollector();
        return 0;
      case 'restart':
        lua.restartCollector();
        return 0;
      case 'count':
        return lua.heap.luaBytes() / 1024;
      case 'step':
        lua.collect();
        return true;
      case 'setpause':
      case 'setstepmul':
      case 'setmemlimit': {
        const setting = settings[option];
        const before = lua.heap[setting];
        lua.heap[setting] = value;
        return before;
      }
      case 'getmemlimit':
        return lua.heap.memoryLimit;
      default:
        lua.collect();
        return 0;
    }
  }

  return function collectgarbage(lua: Lua): number {
    const option = lua.optString(1, 'collect');
    if (!options.includes(option)) lua.argError(1, `invalid option '${option}'`);
    const result = perform(lua, option, lua.optInteger(2, 0));
    if (typeof result === 'boolean') lua.pushBoolean(result);
    else lua.pushNumber(result);
    return 1;
  };
}
