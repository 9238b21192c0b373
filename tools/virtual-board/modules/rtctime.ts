import { LuaError } from '../lua/errors.ts';
import type { LuaModule } from '../lua/library.ts';
import { type Lua, LuaType } from '../lua/lua.ts';
import type { ModuleHost } from './host.ts';

const MAX_SLEEP_OPTION = 4;

/** Calendar time and sleep by it (firmware: app/modules/rtctime.c). */
export function rtctimeModule(host: ModuleHost): LuaModule {
  const { realTime } = host;

  function set(lua: Lua): number {
    if (lua.type(1) === LuaType.number) {
      const microseconds = lua.type(2) === LuaType.number ? lua.toInteger(2) : 0;
      realTime.set(lua.checkInteger(1) >>> 0, microseconds);
    }
    if (lua.type(3) === LuaType.number) realTime.rate = lua.toInteger(3);
    return 0;
  }

  function get(lua: Lua): number {
    const { seconds, microseconds } = realTime.now();
    for (const value of [seconds, microseconds, realTime.rate]) lua.pushNumber(value);
    return 3;
  }

  function adjustDelta(lua: Lua): number {
    const delta = lua.checkInteger(1);
    lua.pushNumber(Math.floor(delta * (1 + realTime.rate / 2 ** 32)));
    return 1;
  }

  function checkOption(lua: Lua, argument: number): void {
    if (lua.type(argument) !== LuaType.number) return;
    const option = lua.toInteger(argument);
    if (option < 0 || option > MAX_SLEEP_OPTION) throw new LuaError('unknown sleep option');
  }

  function dsleep(lua: Lua): number {
    const microseconds = lua.checkInteger(1) >>> 0;
    checkOption(lua, 2);
    host.sleep(microseconds / 1000);
    return 0;
  }

  function dsleepAligned(lua: Lua): number {
    if (!realTime.isSet) throw new LuaError('time not available, unable to align');
    const align = lua.checkInteger(1) >>> 0;
    const least = lua.checkInteger(2) >>> 0;
    checkOption(lua, 3);
    const { seconds, microseconds } = realTime.now();
    const now = seconds * 1_000_000 + microseconds;
    const wake = align === 0 ? now + least : Math.ceil((now + least) / align) * align;
    host.sleep((wake - now) / 1000);
    return 0;
  }

  function epoch2cal(lua: Lua): number {
    const stamp = lua.checkInteger(1);
    if (stamp < 0) lua.argError(1, 'wrong arg range');
    const date = new Date(stamp * 1000);
    const yearStart = Date.UTC(date.getUTCFullYear(), 0, 1);
    const fields = {
      yday: Math.floor((date.getTime() - yearStart) / 86_400_000) + 1,
      wday: date.getUTCDay() + 1,
      year: date.getUTCFullYear(),
      mon: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      hour: date.getUTCHours(),
      min: date.getUTCMinutes(),
      sec: date.getUTCSeconds(),
    };
    lua.createTable(0, 8);
    for (const [name, value] of Object.entries(fields)) {
      lua.pushNumber(value);
      lua.setField(-2, name);
    }
    return 1;
  }

  return {
    name: 'rtctime',
    fields: { set, get, adjust_delta: adjustDelta, dsleep, dsleep_aligned: dsleepAligned, epoch2cal },
  };
}
