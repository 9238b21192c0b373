import { describe, expect, it } from 'vitest';
import { LuaError } from './errors.ts';
import { defineType } from './library.ts';
import { Lua, type UserdataType } from './lua.ts';

function machine(arena = 44_000): Lua {
  const lua = new Lua({ arena, blockOverhead: 16, blockAlign: 8, leastSplit: 32 });
  lua.exports.luaL_openlibs(lua.L);
  lua.setTop(0);
  lua.heap.charging = true;
  lua.heap.mode = 1;
  return lua;
}

/** Runs a chunk; its first result as text, or "error: ..." */
function run(lua: Lua, chunk: string): string {
  const failed = lua.loadBuffer(Buffer.from(chunk, 'latin1'), '=chunk') || lua.protectedCall(0, 1);
  const text = lua.toString(-1) ?? lua.typeName(-1);
  lua.setTop(0);
  return failed ? `error: ${text}` : text;
}

describe('the Lua state', () => {
  it('passes every byte through strings in both directions', () => {
    const lua = machine();
    const all = String.fromCharCode(...Array.from({ length: 256 }, (_, index) => index));
    lua.pushString(all);
    expect(lua.toString(-1)).toBe(all);
    expect(lua.toBytes(-1)).toEqual(Uint8Array.from(Buffer.from(all, 'latin1')));
    lua.setField(-10002, 'all');
    expect(run(lua, 'return #all .. string.format("%d", all:byte(256))')).toBe('256255');
  });

  it('turns an exception of a TypeScript function into a Lua error with the position of its caller', () => {
    const lua = machine();
    lua.pushFunction(() => {
      throw new LuaError('no such thing');
    });
    lua.setField(-10002, 'f');
    expect(run(lua, '\nf()')).toBe('error: chunk:2: no such thing');
    expect(run(lua, 'return tostring(select(2, pcall(f)))')).toBe('no such thing');
  });

  it('checks arguments with the messages of the C API', () => {
    const lua = machine();
    lua.pushFunction((state) => {
      state.pushNumber(state.checkInteger(1) + 1);
      return 1;
    });
    lua.setField(-10002, 'f');
    expect(run(lua, 'return f(41.9)')).toBe('42');
    expect(run(lua, 'return f({})')).toBe("error: chunk:1: bad argument #1 to 'f' (number expected, got table)");
  });

  it('keeps userdata apart by type and forgets them when they are collected', () => {
    const lua = machine();
    const A: UserdataType<{ n: number }> = { name: 'test.a', size: 8 };
    const B: UserdataType<{ n: number }> = { name: 'test.b', size: 8 };
    let collected = 0;
    const finalizer = (state: Lua): number => {
      collected += state.checkUserdata(1, A).n;
      return 0;
    };
    const get = (state: Lua): number => {
      state.pushNumber(state.checkUserdata(1, A).n);
      return 1;
    };
    defineType(lua, A, { get }, { finalizer });
    defineType(lua, B, {});
    const address = lua.pushUserdata(A, { n: 7 });
    lua.setField(-10002, 'a');
    lua.pushUserdata(B, { n: 8 });
    lua.setField(-10002, 'b');
    expect(run(lua, 'return a:get()')).toBe('7');
    expect(run(lua, 'return a.get(b)')).toMatch(/test\.a expected, got userdata/);
    expect(lua.objectAt(address, A)?.n).toBe(7);
    run(lua, 'a = nil');
    lua.collect();
    lua.collect();
    expect(collected).toBe(7);
    expect(lua.objectAt(address, A)).toBeUndefined();
  });

  it('survives errors that cross TypeScript frames inside coroutines', () => {
    const lua = machine();
    lua.pushFunction((state) => {
      state.call(0, 0);
      return 0;
    });
    lua.setField(-10002, 'call');
    expect(run(lua, 'return select(2, coroutine.resume(coroutine.create(function() call(error) end)))')).toBe('nil');
    expect(run(lua, 'return select(2, pcall(call, function() error("deep", 0) end))')).toBe('deep');
  });
});

describe('the hard heap', () => {
  it('collects garbage before it refuses', () => {
    const lua = machine();
    expect(run(lua, 'local t for i = 1, 50000 do t = {i, tostring(i)} end return "done"')).toBe('done');
  });

  it('refuses what does not fit, as an error that Lua can catch, and goes on afterwards', () => {
    const lua = machine();
    expect(run(lua, 'local t = {} for i = 1, 1e6 do t[i] = {} end')).toBe('error: not enough memory');
    lua.collect();
    expect(lua.heap.free()).toBeGreaterThan(40_000);
    expect(run(lua, 'return #(("x"):rep(20000))')).toBe('20000');
    expect(run(lua, 'return #(("x"):rep(50000))')).toBe('error: not enough memory');
  });

  it('shares its bytes with what is reserved outside Lua', () => {
    const lua = machine();
    const before = lua.heap.free();
    const charged = lua.heap.reserve(1572);
    expect(charged).toBe(1592);
    expect(lua.heap.free()).toBe(before - 1592);
    lua.heap.release(charged);
    expect(lua.heap.free()).toBe(before);
    expect(lua.heap.reserve(before)).toBe(0);
  });
});
