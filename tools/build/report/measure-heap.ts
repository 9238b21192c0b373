import { ChunkLoader } from '../../virtual-board/lua/chunks.ts';
import { Lua } from '../../virtual-board/lua/lua.ts';
import { findProfile } from '../../virtual-board/profiles/index.ts';
import { type Census, takeCensus } from './census.ts';

/** What a file costs on the board's heap, in bytes of the chip, the overhead of each block included. */
export interface HeapUse {
  /** Held after it was loaded and run once and everything else was collected. */
  held: number;
  /** The most in use at any moment while it was loaded and run. */
  peak: number;
  /** What the held bytes are. */
  census: Census;
  /** The error that ended its run, if one did; then `held` is its code alone. */
  failure?: string;
}

/** Sizes of blocks as the virtual board has them; the arena is larger than anything that fits on a board. */
const { heap: sizes } = findProfile('nodemcu-3.0');
const arena = 4 << 20;

/**
 * Stand-ins for the firmware's modules and other files: any global that Lua lacks is a thing that can be indexed,
 * called and added and gives itself back. It costs nothing and keeps the functions and tables that it is called with,
 * as the firmware keeps callbacks.
 */
const standIns = `
local thing = newproxy(true)
local meta = getmetatable(thing)
local kept, count = {}, 0
for i = 1, 1000 do kept[i] = false end
local function keep(first, ...)
  if (type(first) == 'function' or type(first) == 'table') and count < 1000 then
    count = count + 1
    kept[count] = first
  end
  if select('#', ...) > 0 then keep(...) end
end
local function itself() return thing end
local function zero() return 0 end
local function call(_, ...)
  if select('#', ...) > 0 then keep(...) end
  return thing
end
for _, name in ipairs {'add', 'sub', 'mul', 'div', 'mod', 'pow'} do meta['__' .. name] = zero end
meta.__index, meta.__unm, meta.__call = itself, itself, call
meta.__newindex = function() end
meta.__concat = function() return '' end
meta.__lt = function() return false end
meta.__le = meta.__lt
require, dofile, loadfile, print = itself, itself, itself, itself
for _, name in ipairs {'io', 'os', 'debug'} do _G[name] = nil end
setmetatable(_G, {__index = itself})
`;

/** Loads and runs one file of the board in a Lua with the chip's object sizes. */
export function measureHeap(bytes: Uint8Array, name: string): HeapUse {
  const lua = new Lua({ ...sizes, arena });
  lua.exports.luaL_openlibs(lua.L);
  lua.setTop(0);
  if (lua.loadBuffer(Buffer.from(standIns), '=stand-ins') !== 0) throw new Error(lua.toString(-1));
  lua.call(0, 0);
  lua.startCharging(arena, 0);
  if (new ChunkLoader(() => undefined).load(lua, bytes, `@${name}`) !== 0) {
    return { ...use(lua), failure: lua.toString(-1) ?? 'it cannot be loaded' };
  }
  lua.pushValue(-1);
  if (lua.protectedCall(0, 1) !== 0) return { ...use(lua), failure: lua.toString(-1) ?? 'unknown' };
  // What require keeps is the module's exports, not its main function.
  lua.remove(1);
  return use(lua);
}

function use(lua: Lua): HeapUse {
  const peak = arena - lua.heap.minFree();
  lua.collect();
  return { held: lua.heap.used(), peak, census: takeCensus(lua) };
}
