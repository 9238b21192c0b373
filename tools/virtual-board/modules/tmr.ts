import type { Timer } from '../clock.ts';
import { defineType, type LuaModule } from '../lua/library.ts';
import { type Lua, LuaType, NO_REF, type UserdataType } from '../lua/lua.ts';
import type { ModuleHost } from './host.ts';

const Mode = { single: 0, auto: 1, semi: 2, off: 3 } as const;
/** The SDK's limit for os_timer, milliseconds. */
const MAX_INTERVAL = 0x68d7a3;

interface SoftTimer {
  mode: number;
  idle: boolean;
  interval: number;
  callback: number;
  self: number;
  /** The running clock timer and when it is due. */
  armed: Timer | undefined;
  due: number;
}

const TIMER: UserdataType<SoftTimer> = { name: 'tmr.timer', size: 56 };

/** Software timers and time (firmware: app/modules/tmr.c). */
export function tmrModule(host: ModuleHost): LuaModule {
  const { lua, clock } = host;
  const running = new Set<SoftTimer>();
  let softWatchdog = -1;
  let everySecond: Timer | undefined;
  const bootTime = clock.now();

  function unref(timer: SoftTimer, field: 'callback' | 'self'): void {
    lua.unref(timer[field]);
    timer[field] = NO_REF;
  }

  function disarm(timer: SoftTimer): void {
    timer.armed?.cancel();
    timer.armed = undefined;
    running.delete(timer);
  }

  function arm(timer: SoftTimer, due: number): void {
    timer.due = due;
    running.add(timer);
    timer.armed = clock.after(due - clock.now(), () => {
      host.run(() => fire(timer));
    });
  }

  function fire(timer: SoftTimer): void {
    running.delete(timer);
    timer.armed = undefined;
    if (timer.mode === Mode.auto) arm(timer, Math.max(timer.due + timer.interval, clock.now()));
    if (timer.callback === NO_REF) return;
    lua.pushRef(timer.callback);
    lua.pushRef(timer.self);
    if (timer.mode === Mode.single) {
      unref(timer, 'callback');
      unref(timer, 'self');
      timer.mode = Mode.off;
    } else if (timer.mode === Mode.semi) {
      timer.idle = true;
      unref(timer, 'self');
    }
    host.pcallx(1, 0);
  }

  function checkInterval(lua: Lua): number {
    const interval = lua.checkInteger(2);
    if (interval <= 0 || interval > MAX_INTERVAL) lua.argError(2, 'Range: 1-0x68D7A3');
    return interval;
  }

  function register(lua: Lua): number {
    const timer = lua.checkUserdata(1, TIMER);
    const interval = lua.checkInteger(2);
    const mode = lua.checkInteger(3) & 0xff;
    checkInterval(lua);
    if (mode > Mode.semi) lua.argError(3, 'Invalid mode');
    if (!lua.isFunction(4)) lua.argError(4, 'Must be function');
    lua.pushValue(4);
    disarm(timer);
    lua.unref(timer.callback);
    timer.callback = lua.ref();
    timer.mode = mode;
    timer.idle = true;
    timer.interval = interval;
    return 0;
  }

  function start(lua: Lua): number {
    const timer = lua.checkUserdata(1, TIMER);
    lua.setTop(2);
    const type = lua.type(2);
    if (type !== LuaType.boolean && type !== LuaType.nil) lua.argError(2, 'boolean expected');
    const restart = lua.toBoolean(2);
    lua.setTop(1);
    if (timer.self === NO_REF) timer.self = lua.ref();
    const starts = timer.idle || restart;
    if (starts) {
      disarm(timer);
      timer.idle = false;
      if (timer.mode !== Mode.off) arm(timer, clock.now() + timer.interval);
    }
    lua.pushBoolean(starts);
    return 1;
  }

  function alarm(lua: Lua): number {
    register(lua);
    lua.setTop(1);
    return start(lua);
  }

  function stop(lua: Lua): number {
    const timer = lua.checkUserdata(1, TIMER);
    const wasIdle = timer.mode === Mode.off || timer.idle;
    unref(timer, 'self');
    if (!wasIdle) disarm(timer);
    timer.idle = true;
    lua.pushBoolean(!wasIdle);
    return 1;
  }

  function unregister(lua: Lua): number {
    const timer = lua.checkUserdata(1, TIMER);
    unref(timer, 'self');
    unref(timer, 'callback');
    disarm(timer);
    timer.mode = Mode.off;
    timer.idle = false;
    return 0;
  }

  function interval(lua: Lua): number {
    const timer = lua.checkUserdata(1, TIMER);
    const value = checkInterval(lua);
    if (timer.mode === Mode.off) return 0;
    timer.interval = value;
    if (!timer.idle) {
      disarm(timer);
      arm(timer, clock.now() + value);
    }
    return 0;
  }

  function state(lua: Lua): number {
    const timer = lua.checkUserdata(1, TIMER);
    // A stop marks even a timer that was never registered as idle, and so as a timer with a mode.
    if (timer.mode === Mode.off && !timer.idle) {
      lua.pushNil();
      return 1;
    }
    lua.pushBoolean(!timer.idle);
    lua.pushNumber(timer.mode);
    return 2;
  }

  function create(lua: Lua): number {
    const timer: SoftTimer = {
      mode: Mode.off,
      idle: false,
      interval: 0,
      callback: NO_REF,
      self: NO_REF,
      armed: undefined,
      due: 0,
    };
    lua.pushUserdata(TIMER, timer);
    return 1;
  }

  function delay(lua: Lua): number {
    const microseconds = lua.checkInteger(1);
    if (microseconds <= 0) lua.argError(1, 'wrong arg range');
    host.delay(microseconds / 1000);
    host.feedWatchdog();
    return 0;
  }

  function now(lua: Lua): number {
    lua.pushNumber(host.microseconds() & 0x7fffffff);
    return 1;
  }

  function ccount(lua: Lua): number {
    const MEGAHERTZ = 80;
    lua.pushNumber((host.microseconds() * MEGAHERTZ) >>> 0);
    return 1;
  }

  function time(lua: Lua): number {
    lua.pushNumber(Math.floor((clock.now() - bootTime) / 1000));
    return 1;
  }

  function wdclr(): number {
    host.feedWatchdog();
    return 0;
  }

  /** Restarts after that many seconds unless called again; negative: never. */
  function softwd(lua: Lua): number {
    softWatchdog = lua.checkInteger(1);
    if (softWatchdog >= 0 && !everySecond) tick();
    return 0;
  }

  function tick(): void {
    everySecond = clock.after(1000, () => {
      everySecond = undefined;
      if (softWatchdog < 0) return;
      softWatchdog--;
      if (softWatchdog < 0) host.run(() => host.restart('software'));
      else tick();
    });
  }

  host.onReset(() => {
    everySecond?.cancel();
    for (const timer of [...running]) disarm(timer);
  });
  defineType(lua, TIMER, { register, alarm, start, stop, unregister, state, interval }, { finalizer: unregister });
  const constants = { ALARM_SINGLE: Mode.single, ALARM_SEMI: Mode.semi, ALARM_AUTO: Mode.auto };
  return { name: 'tmr', fields: { delay, now, wdclr, softwd, time, ccount, create, ...constants } };
}
