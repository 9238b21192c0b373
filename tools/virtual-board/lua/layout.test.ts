import { describe, expect, it } from 'vitest';
import * as layout from './layout.ts';
import { GLOBALS_INDEX, Lua, REGISTRY_INDEX } from './lua.ts';
import { prototypeOf } from './prototypes.ts';

function machine(): Lua {
  return new Lua({ arena: 1e9, blockOverhead: 16, blockAlign: 8, leastSplit: 32 });
}

function load(lua: Lua, source: string): number {
  expect(lua.loadBuffer(Buffer.from(source), '=x')).toBe(0);
  return prototypeOf(lua, -1);
}

describe('where things lie in the memory of liblua5.1.wasm', () => {
  it('agrees with lua_gc about the bytes in use, and lua_gc about the threshold', () => {
    const lua = machine();
    const COUNT = 3;
    expect(Math.floor(lua.totalBytes() / 1024)).toBe(lua.exports.lua_gc(lua.L, COUNT, 0));
    const global = lua.word(lua.main + layout.STATE_GLOBAL);
    lua.stopCollector();
    expect(lua.word(global + layout.GLOBAL_GC_THRESHOLD)).toBe(0xfffffffd);
  });

  it('finds the registry and the globals as the API names them', () => {
    const lua = machine();
    const global = lua.word(lua.main + layout.STATE_GLOBAL);
    expect(lua.word(global + layout.GLOBAL_REGISTRY)).toBe(lua.pointer(REGISTRY_INDEX));
    expect(lua.word(lua.main + layout.STATE_GLOBALS)).toBe(lua.pointer(GLOBALS_INDEX));
  });

  it('finds the array and the nodes of a table', () => {
    const lua = machine();
    lua.createTable(5, 3);
    const table = lua.pointer(-1);
    expect(lua.word(table + layout.TABLE.sizeArray)).toBe(5);
    expect(lua.word(table) >>> 0).toBeGreaterThanOrEqual(0);
    expect((lua.word(table + 4) >>> 24) & 0xff).toBe(2);
  });

  it('finds the parts of a compiled function', () => {
    const lua = machine();
    const proto = load(lua, 'local a, b = "k", 2.5\nlocal function f() return a end\nreturn f, b');
    expect(lua.word(proto + layout.PROTO.sizeConstants)).toBe(2);
    expect(lua.word(proto + layout.PROTO.sizeProtos)).toBe(1);
    expect(lua.word(proto + layout.PROTO.sizeLocalVariables)).toBe(3);
    expect(lua.word(proto + layout.PROTO.sizeLineInfo)).toBe(lua.word(proto + layout.PROTO.sizeCode));
    const inner = lua.word(lua.word(proto + layout.PROTO.protos));
    expect(lua.word(inner + layout.PROTO.sizeUpvalueNames)).toBe(1);
    expect(lua.word(inner + layout.PROTO.lineDefined)).toBe(2);
    const lines = lua.word(inner + layout.PROTO.lineInfo);
    expect(lua.word(lines)).toBe(2);
  });

  it('finds the type and length of a string constant', () => {
    const lua = machine();
    const proto = load(lua, 'return "twelve chars"');
    const constant = lua.word(proto + layout.PROTO.constants);
    const string = lua.word(constant);
    expect(lua.word(string + layout.OBJECT_TYPE) & 0xff).toBe(layout.OBJECT_TYPE_STRING);
    expect(lua.word(string + layout.STRING_LENGTH)).toBe(12);
  });

  it('finds the stack and the call infos of a state', () => {
    const lua = machine();
    expect(lua.word(lua.main + layout.STATE_STACK.size)).toBe(45);
    expect(lua.word(lua.main + layout.STATE_CALLS.size)).toBe(8);
  });
});
