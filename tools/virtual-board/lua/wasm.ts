import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/**
 * The exports of liblua5.1.wasm (stock Lua 5.1.5, emscripten) that the board uses. Every argument and result is a
 * 32-bit integer (pointers included) unless named `number`.
 */
export interface LuaExports {
  readonly memory: WebAssembly.Memory;
  readonly __indirect_function_table: WebAssembly.Table;
  __wasm_call_ctors(): void;
  malloc(size: number): number;
  setThrew(threw: number, value: number): void;
  stackSave(): number;
  stackRestore(pointer: number): void;
  lua_newstate(alloc: number, ud: number): number;
  lua_atpanic(L: number, panic: number): number;
  lua_newthread(L: number): number;
  lua_xmove(from: number, to: number, count: number): void;
  lua_gettop(L: number): number;
  lua_settop(L: number, index: number): void;
  lua_checkstack(L: number, extra: number): number;
  lua_pushvalue(L: number, index: number): void;
  lua_remove(L: number, index: number): void;
  lua_insert(L: number, index: number): void;
  lua_replace(L: number, index: number): void;
  lua_type(L: number, index: number): number;
  lua_typename(L: number, type: number): number;
  lua_isnumber(L: number, index: number): number;
  lua_isstring(L: number, index: number): number;
  lua_iscfunction(L: number, index: number): number;
  lua_rawequal(L: number, a: number, b: number): number;
  lua_tonumber(L: number, index: number): number;
  lua_tointeger(L: number, index: number): number;
  lua_toboolean(L: number, index: number): number;
  lua_tolstring(L: number, index: number, lengthOut: number): number;
  lua_objlen(L: number, index: number): number;
  lua_touserdata(L: number, index: number): number;
  lua_topointer(L: number, index: number): number;
  lua_pushnil(L: number): void;
  lua_pushnumber(L: number, value: number): void;
  lua_pushboolean(L: number, value: number): void;
  lua_pushlstring(L: number, bytes: number, length: number): void;
  lua_pushcclosure(L: number, fn: number, upvalues: number): void;
  lua_pushlightuserdata(L: number, pointer: number): void;
  lua_gettable(L: number, index: number): void;
  lua_getfield(L: number, index: number, name: number): void;
  lua_rawget(L: number, index: number): void;
  lua_rawgeti(L: number, index: number, n: number): void;
  lua_createtable(L: number, array: number, hash: number): void;
  lua_newuserdata(L: number, size: number): number;
  lua_getmetatable(L: number, index: number): number;
  lua_setmetatable(L: number, index: number): number;
  lua_settable(L: number, index: number): void;
  lua_setfield(L: number, index: number, name: number): void;
  lua_rawset(L: number, index: number): void;
  lua_rawseti(L: number, index: number, n: number): void;
  lua_call(L: number, args: number, results: number): void;
  lua_pcall(L: number, args: number, results: number, handler: number): number;
  lua_dump(L: number, writer: number, data: number): number;
  lua_gc(L: number, what: number, data: number): number;
  lua_error(L: number): number;
  lua_next(L: number, index: number): number;
  lua_concat(L: number, n: number): void;
  lua_sethook(L: number, hook: number, mask: number, count: number): number;
  lua_getstack(L: number, level: number, activation: number): number;
  lua_getinfo(L: number, what: number, activation: number): number;
  luaL_argerror(L: number, arg: number, message: number): number;
  luaL_typerror(L: number, arg: number, expected: number): number;
  luaL_where(L: number, level: number): void;
  luaL_checknumber(L: number, arg: number): number;
  luaL_checkinteger(L: number, arg: number): number;
  luaL_checklstring(L: number, arg: number, lengthOut: number): number;
  luaL_checktype(L: number, arg: number, type: number): void;
  luaL_checkany(L: number, arg: number): void;
  luaL_checkstack(L: number, extra: number, message: number): void;
  luaL_ref(L: number, table: number): number;
  luaL_unref(L: number, table: number, ref: number): void;
  luaL_loadbuffer(L: number, bytes: number, length: number, name: number): number;
  luaL_getmetafield(L: number, index: number, name: number): number;
  luaL_openlibs(L: number): void;
}

/** What emscripten's longjmp throws; anything else that passes through Lua frames ends the machine. */
export const LONGJMP = Symbol('longjmp');

let compiled: WebAssembly.Module | undefined;

function luaModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(
    readFileSync(createRequire(import.meta.url).resolve('wasmoon-lua5.1/dist/liblua5.1.wasm')),
  );
  return compiled;
}

function unavailable(name: string): () => never {
  return () => {
    throw new Error(`liblua5.1.wasm called ${name}, which a board does not have`);
  };
}

/** A fresh instance of the Lua library: own memory, own function table, nothing shared but the compiled code. */
export function instantiateLua(): LuaExports {
  const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {};
  for (const { module, name } of WebAssembly.Module.imports(luaModule())) {
    (imports[module] ??= {})[name] = unavailable(name);
  }
  const env = (imports['env'] ??= {});
  // setjmp/longjmp as emscripten compiles them: the protected call goes through JavaScript, which catches the throw.
  env['_emscripten_throw_longjmp'] = () => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- unwinds C frames, is no failure
    throw LONGJMP;
  };
  env['invoke_vii'] = (index: number, a: number, b: number) => {
    const stack = exports.stackSave();
    try {
      (exports.__indirect_function_table.get(index) as (a: number, b: number) => void)(a, b);
    } catch (thrown) {
      exports.stackRestore(stack);
      if (thrown !== LONGJMP) throw thrown;
      exports.setThrew(1, 0);
    }
  };
  env['emscripten_memcpy_js'] = (to: number, from: number, length: number) => {
    new Uint8Array(exports.memory.buffer).copyWithin(to, from, from + length);
  };
  // The views into memory are made once, so memory never grows; the arena is taken at the start.
  env['emscripten_resize_heap'] = () => 0;
  env['emscripten_date_now'] = () => 0;
  const wasi = (imports['wasi_snapshot_preview1'] ??= {});
  wasi['environ_get'] = () => 0;
  wasi['environ_sizes_get'] = (count: number, size: number) => {
    const view = new DataView(exports.memory.buffer);
    view.setUint32(count, 0, true);
    view.setUint32(size, 0, true);
    return 0;
  };
  const exports = new WebAssembly.Instance(luaModule(), imports).exports as unknown as LuaExports;
  exports.__wasm_call_ctors();
  return exports;
}
