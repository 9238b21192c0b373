import { LuaError } from './errors.ts';
import type { Environment } from './environment.ts';
import { GLOBALS_INDEX, type Lua, type LuaFunction, LuaType, upvalueIndex } from './lua.ts';

/** Base functions that differ from stock Lua; each finds the stock function of the same name in its first upvalue. */
export function baseOverrides(environment: Environment): Record<string, LuaFunction> {
  const { chunks, tables } = environment;

  // The stock function would find no position for its own complaints: its caller is no Lua function.
  function onRealTable(lua: Lua): number {
    lua.checkTable(1);
    tables.unwrap(1);
    return callStock(lua);
  }

  function rawget(lua: Lua): number {
    lua.checkTable(1);
    lua.checkAny(2);
    return onRealTable(lua);
  }

  function rawset(lua: Lua): number {
    lua.checkTable(1);
    lua.checkAny(2);
    lua.checkAny(3);
    if (tables.has(1)) throw new LuaError('table is readonly');
    return callStock(lua);
  }

  function getmetatable(lua: Lua): number {
    lua.checkAny(1);
    if (lua.type(1) === LuaType.string) {
      lua.pushKept(environment.stringLibrary);
      return 1;
    }
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
      const status = lua.protectedCall(0, 1);
      if (status !== 0) return chunkOrError(lua, status);
      const part = readPart(lua);
      if (part === undefined) return chunkOrError(lua, 1);
      if (part.length === 0) break;
      parts.push(part);
    }
    return chunkOrError(lua, chunks.load(lua, Buffer.concat(parts), chunkName));
  }

  /** Pops what a reader has returned; nothing ends the chunk. Undefined, with a message in its place, for no string. */
  function readPart(lua: Lua): Uint8Array | undefined {
    const type = lua.type(-1);
    if (type === LuaType.string || type === LuaType.number || type === LuaType.nil) {
      const part = lua.toBytes(-1) ?? new Uint8Array();
      lua.pop();
      return part;
    }
    lua.pop();
    lua.exports.luaL_where(lua.L, 1);
    lua.pushString('reader function must return a string');
    lua.exports.lua_concat(lua.L, 2);
    return undefined;
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
    rawget,
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

/** What a step of the chip's collector gets done at least (GCSTEPSIZE at a step multiplier of 200). */
const STEP_BYTES = 2048;
/** What the Lua state itself holds on the chip, and a cycle has to walk through. */
const STATE_BYTES = 6000;

function collector(): LuaFunction {
  let stepped = 0;
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
        return step(lua, value);
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

  /** Collects everything, but says that a cycle is over only as often as steps of this size would. */
  function step(lua: Lua, kilobytes: number): boolean {
    lua.collect();
    stepped += Math.max(STEP_BYTES, kilobytes * 1024);
    if (stepped < STATE_BYTES + lua.heap.luaBytes()) return false;
    stepped = 0;
    return true;
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
