import { EgcMode } from '../lua/lua-heap.ts';
import { LuaError } from '../lua/errors.ts';
import type { LuaModule } from '../lua/library.ts';
import { type Lua, LuaType, NO_REF } from '../lua/lua.ts';
import { prototypeOf, stripDebug } from '../lua/prototypes.ts';
import type { Priority } from '../cpu.ts';
import { MAX_NAME } from '../file-store.ts';
import type { ErrorReporter } from '../error-reporter.ts';
import type { Repl } from '../repl.ts';
import type { ModuleHost, ResetCause } from './host.ts';

/** A chip like the one on most development boards; SDK calls behind node.info. */
const CHIP_ID = 0x1a57ac;
const FLASH_ID = 0x1640ef;
/** system_get_rst_info: REASON_... of the SDK, with the boot ROM's raw cause. */
const BOOT_REASON: Readonly<Record<ResetCause, readonly [raw: number, reason: number]>> = {
  'power-on': [1, 0],
  external: [2, 6],
  software: [2, 4],
  watchdog: [2, 3],
  exception: [2, 2],
  'deep-sleep': [2, 5],
};
const MODULES = 'adc,bit,crypto,encoder,file,gpio,mdns,net,node,pipe,pwm,rtctime,sjson,sntp,struct,tmr,uart,wifi';

/** The system module (firmware: app/modules/node.c). */
export function nodeModule(host: ModuleHost, repl: Repl, errors: ErrorReporter): LuaModule {
  const { lua, heap, chunks, files, random } = host;
  let cpuFrequency = 80;

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

  function info(lua: Lua): number {
    const option = lua.optString(1, 'legacy');
    const { size } = host.flash;
    const groups: Record<string, Record<string, number | string | boolean>> = {
      lfs: { lfs_mapped: 0, lfs_base: 0, lfs_size: 0, lfs_used: 0 },
      hw: { chip_id: CHIP_ID, flash_id: FLASH_ID, flash_size: size / 1024, flash_mode: 2, flash_speed: 40000000 },
      sw_version: {
        node_version_major: 3,
        node_version_minor: 0,
        node_version_revision: 4,
        git_branch: 'release',
        git_commit_id: '',
        git_release: '3.0.0-release_20240225',
        git_commit_dts: '202402250904',
      },
      build_config: { ssl: false, lfs_size: 0, modules: MODULES, number_type: 'float' },
    };
    if (option === 'legacy') return legacyInfo(lua, size);
    const group = groups[option];
    if (!group) return lua.argError(1, `invalid option '${option}'`);
    lua.createTable(0, Object.keys(group).length);
    for (const [name, value] of Object.entries(group)) {
      if (typeof value === 'number') lua.pushNumber(value);
      else if (typeof value === 'string') lua.pushString(value);
      else lua.pushBoolean(value);
      lua.setField(-2, name);
    }
    return 1;
  }

  function legacyInfo(lua: Lua, flashSize: number): number {
    host.console.print(
      'Warning, deprecated API! node.info() without parameter. It will be removed in the next version.\n',
    );
    const values = [3, 0, 4, CHIP_ID, FLASH_ID, flashSize / 1024, 2, 40000000];
    for (const value of values) lua.pushNumber(value);
    return values.length;
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

  function restart(): never {
    return host.restart('software');
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

  const number = (value: () => number) => (lua: Lua) => {
    lua.pushNumber(value());
    return 1;
  };

  lua.setTop(0);
  return {
    name: 'node',
    fields: {
      heap: nodeHeap,
      info,
      task: { post, LOW_PRIORITY: 0, MEDIUM_PRIORITY: 1, HIGH_PRIORITY: 2 },
      egc: { meminfo, setmode, NOT_ACTIVE: 0, ON_ALLOC_FAILURE: 1, ON_MEM_LIMIT: 2, ALWAYS: 4 },
      setonerror,
      restart,
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
