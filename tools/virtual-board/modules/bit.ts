import type { LuaModule } from '../lua/library.ts';
import type { Lua, LuaFunction } from '../lua/lua.ts';

/** Bitwise operations on 32-bit integers (firmware: app/modules/bit.c). */
export function bitModule(): LuaModule {
  const integer = (lua: Lua, value: number): number => {
    lua.pushNumber(value | 0);
    return 1;
  };
  const boolean = (lua: Lua, value: boolean): number => {
    lua.pushBoolean(value);
    return 1;
  };

  /** Over the first argument and all others. */
  function fold(combine: (a: number, b: number) => number): LuaFunction {
    return (lua) => {
      const count = lua.top();
      let value = lua.checkInteger(1);
      for (let argument = 2; argument <= count; argument++) value = combine(value, lua.checkInteger(argument));
      return integer(lua, value);
    };
  }

  const withBits = (combine: (value: number, bit: number) => number): LuaFunction =>
    fold((value, position) => combine(value, 1 << position));
  const shift = (operate: (value: number, by: number) => number): LuaFunction => {
    return (lua) => integer(lua, operate(lua.checkInteger(1), lua.checkInteger(2)));
  };
  const test = (lua: Lua): boolean => ((lua.checkInteger(1) >> lua.checkInteger(2)) & 1) === 1;

  return {
    name: 'bit',
    fields: {
      bnot: (lua) => integer(lua, ~lua.checkInteger(1)),
      band: fold((a, b) => a & b),
      bor: fold((a, b) => a | b),
      bxor: fold((a, b) => a ^ b),
      lshift: shift((value, by) => value << by),
      rshift: shift((value, by) => value >>> by),
      arshift: shift((value, by) => value >> by),
      bit: (lua) => integer(lua, 1 << lua.checkInteger(1)),
      set: withBits((value, bit) => value | bit),
      clear: withBits((value, bit) => value & ~bit),
      isset: (lua) => boolean(lua, test(lua)),
      isclear: (lua) => boolean(lua, !test(lua)),
    },
  };
}
