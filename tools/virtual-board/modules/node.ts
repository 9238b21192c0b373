import { EgcMode } from '../lua/lua-heap.ts';
import { LuaError } from '../lua/errors.ts';
import type { LuaModule } from '../lua/library.ts';
import { type Lua, type LuaFunction, LuaType, NO_REF } from '../lua/lua.ts';
import { prototypeOf, stripDebug } from '../lua/prototypes.ts';
import type { Priority } from '../cpu.ts';
import { MAX_NAME } from '../file-store.ts';
import type { ErrorReporter } from '../error-reporter.ts';
import { CHIP_ID } from '../identity.ts';
import type { Repl } from '../repl.ts';
import type { ModuleHost, ResetCause } from './host.ts';
import { FLASH_ID, infoFunction } from './node/info.ts';
import { startupFunctions } from './node/startup.ts';

/** system_get_rst_info: REASON_... of the SDK, with the boot ROM's raw cause. */
const BOOT_REASON: Readonly<Record<ResetCause, readonly [raw: number, reason: number]>> = {
  'power-on': [1, 0],
  external: [2, 6],
  software: [2, 4],
  watchdog: [2, 3],
  exception: [2, 2],
  'deep-sleep': [2, 5],
};
/** Longest deep sleep, microseconds. */
const MAX_SLEEP_US = 36_000_000_000;

/** The system module (firmware: app/modules/node.c). */
export function nodeModule(host: ModuleHost, repl: Repl, errors: ErrorReporter, createPipe: LuaFunction): LuaModule {
  const { lua, heap, chunks, files, random, startup } = host;
  let cpuFrequency = startup.frequency;
  let stdout = NO_REF;

  function nodeHeap(lua: Lua): number {
    if (heap.mode === EgcMode.always) lua.collect();
    lua.pushNumber(heap.free());
    return 1;
  }

  function setonerror(lua: Lua): number {
    lua.setTop(1);
    errors.setHandler(lua.isFunction(1) ? lua.ref() : NO_REF);
    return 0;
  }

  function post(lua: Lua): number {
    let priority = 1;
    let argument = 1;
    if (lua.type(1) === LuaType.number) {
      priority = lua.checkInteger(1);
      if (priority < 0 || priority > 2) lua.argError(1, 'invalid  priority');
      argument = 2;
    }
    lua.checkFunction(argument);
    lua.setTop(argument);
    const task = lua.ref();
    const isPosted = host.post(priority as Priority, () => {
      lua.pushRef(task);
      lua.unref(task);
      lua.pushNumber(priority);
      host.pcallx(1, 0);
    });
    if (isPosted) return 0;
    lua.unref(task);
    throw new LuaError('Task queue overflow. Task not posted');
  }

  function setmode(lua: Lua): number {
    const mode = lua.checkInteger(1);
    const limit = lua.optInteger(2, 0);
    if (mode < 0 || mode > 7) lua.argError(1, 'invalid mode');
    if ((mode & EgcMode.onMemLimit) !== 0 && limit === 0) lua.argError(1, 'limit must be non-zero');
    heap.mode = mode;
    heap.memoryLimit = limit;
    return 0;
  }

  function meminfo(lua: Lua): number {
    lua.pushNumber(heap.luaBytes());
    lua.pushNumber(heap.luaBytes());
    return 2;
  }

  function compile(lua: Lua): number {
    const name = lua.checkString(1);
    if (name.length > MAX_NAME || name.includes('\0')) lua.argError(1, 'filename invalid');
    if (!name.endsWith('.lua')) throw new LuaError('not a .lua file');
    if (chunks.loadFile(lua, name) !== 0) throw new LuaError(lua.toString(-1) ?? '');
    if (!files.write(`${name.slice(0, -2)}c`, chunks.dump(lua, 'stripped')))
      throw new LuaError('writing to file failed');
    return 0;
  }

  function stripdebug(lua: Lua): number {
    const count = lua.top();
    lua.setTop(2);
    let level = 0;
    if (lua.type(1) !== LuaType.nil) {
      level = lua.toInteger(1);
      if (level < 1 || level > 3) lua.argError(1, 'Invalid strip level');
    }
    if (lua.type(2) === LuaType.number && lua.checkInteger(2) > 0) {
      const scope = lua.checkInteger(2);
      lua.pop();
      lua.pushFunctionAtLevel(scope);
    }
    const isFunction = lua.isFunction(2);
    if (count >= 2 && !isFunction) lua.argError(2, 'not a valid function');
    if (isFunction) lua.pushNumber(stripDebug(lua, prototypeOf(lua, 2), level));
    else lua.pushNumber(level === 0 ? chunks.stripLevel : (chunks.stripLevel = level));
    return 1;
  }

  function nodeRandom(lua: Lua): number {
    const count = lua.top();
    if (count === 0) {
      lua.pushNumber(random());
      return 1;
    }
    if (count > 2) throw new LuaError('wrong number of arguments');
    const low = count === 1 ? 1 : lua.checkInteger(1);
    const high = lua.checkInteger(count);
    if (low > high) lua.argError(2, 'interval is empty');
    lua.pushNumber(low + Math.floor(random() * (high - low + 1)));
    return 1;
  }

  function bootreason(lua: Lua): number {
    const reasons = [...BOOT_REASON[host.bootCause]];
    if (host.bootCause === 'exception') reasons.push(28, 0, 0, 0, 0, 0);
    for (const reason of reasons) lua.pushNumber(reason);
    return reasons.length;
  }

  function restart(): number {
    host.restart('software');
    return 0;
  }

  function input(lua: Lua): number {
    repl.input(lua.checkString(1));
    return 0;
  }

  function setcpufreq(lua: Lua): number {
    cpuFrequency = lua.checkInteger(1) === 160 ? 160 : 80;
    lua.pushNumber(cpuFrequency);
    return 1;
  }

  /** Copies everything printed into a pipe; with a second argument 0 nothing goes to the UART any more. */
  function output(lua: Lua): number {
    const printsToo = !(lua.type(2) === LuaType.number && lua.toInteger(2) === 0);
    lua.setTop(1);
    lua.unref(stdout);
    stdout = NO_REF;
    host.console.redirect = undefined;
    if (!lua.isFunction(1)) return 0;
    lua.pushFunction(createPipe);
    lua.insert(1);
    lua.pushNumber(1);
    lua.call(2, 1);
    stdout = lua.ref();
    host.console.redirect = (text) => {
      lua.pushRef(stdout);
      lua.rawGetIndex(-1, 1);
      lua.insert(-2);
      lua.pushString(text);
      if (lua.protectedCall(2, 0) !== 0) {
        host.console.write(`error calling stdout:write(${lua.toString(-1) ?? ''})\n`);
        host.restart('software');
      }
      return !printsToo;
    };
    return 0;
  }

  function dsleep(lua: Lua): number {
    // The firmware's own checks of time and option have their arguments swapped and never fail.
    if (lua.type(1) === LuaType.number) host.sleep(lua.toNumber(1) / 1000);
    return 0;
  }

  function nodeSleep(): never {
    throw new LuaError('node.sleep() is unavailable');
  }

  function getpartitiontable(lua: Lua): number {
    const { start, size } = files.region();
    lua.createTable(0, 4);
    const fields = { lfs_addr: 0, lfs_size: 0, spiffs_addr: start, spiffs_size: size };
    for (const [name, value] of Object.entries(fields)) {
      lua.pushNumber(value);
      lua.setField(-2, name);
    }
    return 1;
  }

  function setpartitiontable(lua: Lua): never {
    if (lua.type(1) !== LuaType.table) lua.argError(1, 'must be table');
    throw new LuaError('the virtual board cannot change its partitions');
  }

  /** No image is ever in LFS: its size is 0. */
  function noImage(lua: Lua): number {
    lua.pushNil();
    return 1;
  }

  function flashreload(lua: Lua): number {
    deprecated('node.flashreload', 'soon. Use node.LFS interface instead');
    return reload(lua);
  }

  function reload(lua: Lua): number {
    lua.pushString('No LFS partition allocated');
    return 1;
  }

  function deprecated(what: string, when: string): void {
    host.console.print(`Warning, deprecated API! ${what}. It will be removed ${when}.\n`);
  }

  const number = (value: () => number) => (lua: Lua) => {
    lua.pushNumber(value());
    return 1;
  };

  lua.setTop(0);
  return {
    name: 'node',
    fields: {
      heap: nodeHeap,
      info: infoFunction(host.flash.size, deprecated),
      task: { post, LOW_PRIORITY: 0, MEDIUM_PRIORITY: 1, HIGH_PRIORITY: 2 },
      egc: { meminfo, setmode, NOT_ACTIVE: 0, ON_ALLOC_FAILURE: 1, ON_MEM_LIMIT: 2, ALWAYS: 4 },
      setonerror,
      restart,
      restore: () => 0,
      output,
      dsleep,
      dsleepMax: number(() => MAX_SLEEP_US),
      sleep: nodeSleep,
      ...startupFunctions(startup),
      getpartitiontable,
      setpartitiontable,
      LFS: { get: noImage, list: noImage, reload },
      flashindex: noImage,
      flashreload,
      input,
      compile,
      stripdebug,
      random: nodeRandom,
      bootreason,
      chipid: number(() => CHIP_ID),
      flashid: number(() => FLASH_ID),
      flashsize: number(() => host.flash.size),
      setcpufreq,
      getcpufreq: number(() => cpuFrequency),
      CPU80MHZ: 80,
      CPU160MHZ: 160,
    },
  };
}
