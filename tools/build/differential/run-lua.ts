import { type LuaExports, instantiateLua } from '../../virtual-board/lua/wasm.ts';
import { toStockChunk } from '../../bytecode/transcode.ts';

type Lua = LuaExports & {
  luaL_newstate(): number;
  luaopen_base(L: number): number;
  luaopen_string(L: number): number;
  luaopen_table(L: number): number;
  luaopen_math(L: number): number;
  lua_close(L: number): void;
  free(at: number): void;
};

const globals = -10002;

/**
 * What a board offers that plain Lua lacks: `print` into a list, `require` from the files given, and the `bit` module
 * on 32-bit numbers.
 */
const prelude = `
local lines = {}
function print(...)
  local t = {...}
  for i = 1, select('#', ...) do t[i] = tostring(t[i]) end
  lines[#lines + 1] = table.concat(t, '\\t')
end
package = {loaded = {}}
function require(name)
  if package.loaded[name] == nil then
    local chunk = assert(loadstring(files[name], '@' .. name .. '.lua'))
    local result = chunk(name)
    if result ~= nil then package.loaded[name] = result end
    if package.loaded[name] == nil then package.loaded[name] = true end
  end
  return package.loaded[name]
end
local function signed(n) n = n % 4294967296 if n >= 2147483648 then n = n - 4294967296 end return n end
local function bitwise(decide)
  return function(a, b)
    local result, power = 0, 1
    a, b = a % 4294967296, b % 4294967296
    for _ = 1, 32 do
      if decide(a % 2 + b % 2) then result = result + power end
      a, b, power = math.floor(a / 2), math.floor(b / 2), power * 2
    end
    return signed(result)
  end
end
bit = {
  band = bitwise(function(ones) return ones == 2 end),
  bor = bitwise(function(ones) return ones > 0 end),
  bxor = bitwise(function(ones) return ones == 1 end),
  bnot = function(a) return signed(-1 - a) end,
  lshift = function(a, n) return signed(a * 2 ^ n) end,
  rshift = function(a, n) return math.floor(a % 4294967296 / 2 ^ n) end,
  arshift = function(a, n) return math.floor(signed(a) / 2 ^ n) end,
}
local ok, message = pcall(require, 'main')
if not ok then lines[#lines + 1] = 'error: ' .. tostring(message) end
return table.concat(lines, '\\n')
`;

let lua: Lua | undefined;

/** Runs files of a build, bytecode or source, from `main` on; returns what they print. */
export function runLua(files: ReadonlyMap<string, Uint8Array>): string {
  lua ??= instantiateLua() as Lua;
  const L = lua.luaL_newstate();
  try {
    lua.luaopen_base(L);
    lua.luaopen_string(L);
    lua.luaopen_table(L);
    lua.luaopen_math(L);
    lua.lua_createtable(L, 0, files.size);
    for (const [name, bytes] of files) {
      if (!/\.(lua|lc)$/.test(name) || name === 'init.lua') continue;
      pushBytes(lua, L, Buffer.from(name.replace(/\.(lua|lc)$/, '')));
      pushBytes(lua, L, name.endsWith('.lc') ? toStockChunk(bytes) : bytes);
      lua.lua_settable(L, -3);
    }
    withBytes(lua, Buffer.from('files\0'), (name) => lua?.lua_setfield(L, globals, name));
    const source = Buffer.from(prelude);
    const failed = withBytes(lua, source, (at) => lua?.luaL_loadbuffer(L, at, source.length, at)) ?? 1;
    if (failed !== 0 || lua.lua_pcall(L, 0, 1, 0) !== 0) throw new Error(topString(lua, L));
    return topString(lua, L);
  } finally {
    lua.lua_close(L);
  }
}

function pushBytes(lua: Lua, L: number, bytes: Uint8Array): void {
  withBytes(lua, bytes, (at) => lua.lua_pushlstring(L, at, bytes.length));
}

function topString(lua: Lua, L: number): string {
  return withBytes(lua, new Uint8Array(4), (lengthOut) => {
    const at = lua.lua_tolstring(L, -1, lengthOut);
    const length = new DataView(lua.memory.buffer).getUint32(lengthOut, true);
    return Buffer.from(lua.memory.buffer, at, length).toString();
  });
}

function withBytes<T>(lua: Lua, bytes: Uint8Array, use: (at: number) => T): T {
  const at = lua.malloc(bytes.length + 1);
  new Uint8Array(lua.memory.buffer).set(bytes, at);
  try {
    return use(at);
  } finally {
    lua.free(at);
  }
}
