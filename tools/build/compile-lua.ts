import { type LuaExports, instantiateLua } from '../virtual-board/lua/wasm.ts';

/** A Lua syntax error as Lua words it: `name:line: message`. */
class LuaSyntaxError extends Error {
  override readonly name = 'LuaSyntaxError';
}

/** LUA_GLOBALSINDEX of Lua 5.1. */
const globals = -10002;

type Compiler = LuaExports & {
  luaL_newstate(): number;
  luaopen_string(L: number): number;
  lua_close(L: number): void;
  free(at: number): void;
};

let shared: Compiler | undefined;

/**
 * Compiles Lua source with stock Lua 5.1 (WASM) and returns its bytecode in the stock 32-bit layout, debug information
 * included. `chunkName` is what errors on the device will show, with Lua's leading `@`. Throws LuaSyntaxError.
 */
export function compileLua(source: string, chunkName: string): Uint8Array {
  const lua = (shared ??= instantiateLua() as Compiler);
  const L = lua.luaL_newstate();
  try {
    lua.luaopen_string(L);
    withBytes(lua, Buffer.from('string\0dump\0'), (names) => {
      lua.lua_getfield(L, globals, names);
      lua.lua_getfield(L, -1, names + 'string\0'.length);
    });
    const failed = withBytes(lua, Buffer.from(source), (text, length) =>
      withBytes(lua, Buffer.from(`${chunkName}\0`), (name) => lua.luaL_loadbuffer(L, text, length, name)),
    );
    if (failed !== 0) throw new LuaSyntaxError(Buffer.from(topString(lua, L)).toString());
    if (lua.lua_pcall(L, 1, 1, 0) !== 0) throw new Error(`string.dump: ${Buffer.from(topString(lua, L)).toString()}`);
    return topString(lua, L);
  } finally {
    lua.lua_close(L);
  }
}

function topString(lua: Compiler, L: number): Uint8Array {
  return withBytes(lua, new Uint8Array(4), (lengthOut) => {
    const at = lua.lua_tolstring(L, -1, lengthOut);
    const length = new DataView(lua.memory.buffer).getUint32(lengthOut, true);
    return new Uint8Array(lua.memory.buffer).slice(at, at + length);
  });
}

function withBytes<T>(lua: Compiler, bytes: Uint8Array, use: (at: number, length: number) => T): T {
  const at = lua.malloc(Math.max(1, bytes.length));
  if (at === 0) throw new Error('the Lua compiler is out of memory');
  new Uint8Array(lua.memory.buffer).set(bytes, at);
  try {
    return use(at, bytes.length);
  } finally {
    lua.free(at);
  }
}
