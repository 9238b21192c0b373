import { MAX_NAME } from '../file-store.ts';
import { LuaError } from '../lua/errors.ts';
import { defineType, type LuaModule } from '../lua/library.ts';
import { type Lua, LuaType, NO_REF, type UserdataType } from '../lua/lua.ts';
import type { ModuleHost } from './host.ts';
import { OpenFile, OpenFiles } from './open-file.ts';

const READ_CHUNK = 1024;
/** LUAI_MAXINT32 */
const WHOLE = 0x7fffffff;

interface FileObject {
  file: OpenFile | undefined;
}

const FILE: UserdataType<FileObject> = { name: 'file.obj', size: 4 };
const DEFAULT_TIME = { year: 1970, mon: 1, day: 1, hour: 0, min: 0, sec: 0 };

/** Files on the board (firmware: app/modules/file.c over SPIFFS). */
export function fileModule(host: ModuleHost): LuaModule {
  const { lua, files } = host;
  const open = new OpenFiles(files, host.heap);
  /** The file last opened: what functions without an object work on. */
  let current: OpenFile | undefined;
  let currentReference = NO_REF;
  let rtcCallback = NO_REF;
  // Without an end character the firmware compares with EOF, -1, which a signed char of 0xff equals.
  const noEnd = host.profile.lua?.chars === 'signed' ? 0xff : -1;

  function checkName(lua: Lua, argument: number): string {
    const name = lua.checkString(argument);
    const base = name.replace(/^\/?FLASH\//i, '');
    if (base.length > MAX_NAME || name.includes('\0')) lua.argError(argument, 'filename invalid');
    return base;
  }

  function forgetCurrent(): void {
    lua.unref(currentReference);
    currentReference = NO_REF;
  }

  function openFile(lua: Lua): number {
    forgetCurrent();
    const name = checkName(lua, 1);
    current = open.open(name, lua.optString(2, 'r'));
    if (!current) {
      lua.pushNil();
      return 1;
    }
    lua.pushUserdata(FILE, { file: current });
    lua.pushValue(-1);
    currentReference = lua.ref();
    return 1;
  }

  function closeFile(lua: Lua): number {
    let object: FileObject | undefined;
    if (lua.type(1) === LuaType.userdata) {
      object = lua.checkUserdata(1, FILE);
    } else {
      if (currentReference === NO_REF) return 0;
      lua.pushRef(currentReference);
      object = lua.toUserdata(-1, FILE);
      lua.pop();
    }
    close(object);
    forgetCurrent();
    return 0;
  }

  function close(object: FileObject | undefined): void {
    if (!object?.file) return;
    open.close(object.file);
    if (current === object.file) current = undefined;
    object.file = undefined;
  }

  function collect(lua: Lua): number {
    close(lua.checkUserdata(1, FILE));
    return 0;
  }

  /** The file that a function works on, and where its own arguments start. */
  function subject(lua: Lua): { file: OpenFile; first: number } {
    const isObject = lua.type(1) === LuaType.userdata;
    const file = isObject ? lua.checkUserdata(1, FILE).file : current;
    if (!file) throw new LuaError('open a file first');
    return { file, first: isObject ? 2 : 1 };
  }

  function pushResult(lua: Lua, good: boolean): number {
    if (good) lua.pushBoolean(true);
    else lua.pushNil();
    return 1;
  }

  function read(lua: Lua): number {
    const isObject = lua.type(1) === LuaType.userdata;
    const first = isObject ? 2 : 1;
    let length = READ_CHUNK;
    let end = noEnd;
    if (lua.type(first) === LuaType.number) {
      length = lua.checkInteger(first);
    } else if (lua.type(first) === LuaType.string) {
      const text = lua.checkString(first);
      if (text.length !== 1) throw new LuaError('wrong arg range');
      end = text.charCodeAt(0);
    }
    return readInto(lua, subject(lua).file, length, end);
  }

  function readInto(lua: Lua, file: OpenFile, length: number, end: number): number {
    const bytes = length > 0 ? file.read(length, end) : new Uint8Array();
    if (bytes) lua.pushBytes(bytes);
    else lua.pushNil();
    return 1;
  }

  function readline(lua: Lua): number {
    const NEWLINE = 10;
    return readInto(lua, subject(lua).file, READ_CHUNK, NEWLINE);
  }

  function write(lua: Lua): number {
    const { file, first } = subject(lua);
    return pushResult(lua, file.write(lua.checkBytes(first)));
  }

  function writeline(lua: Lua): number {
    const { file, first } = subject(lua);
    const text = lua.checkBytes(first);
    return pushResult(lua, file.write(text) && file.write(Buffer.from('\n')));
  }

  function seek(lua: Lua): number {
    const { file, first } = subject(lua);
    const whence = lua.optString(first, 'cur');
    if (whence !== 'set' && whence !== 'cur' && whence !== 'end') lua.argError(first, `invalid option '${whence}'`);
    const position = file.seek(whence, lua.optInteger(first + 1, 0));
    if (position === undefined) lua.pushNil();
    else lua.pushNumber(position);
    return 1;
  }

  function flush(lua: Lua): number {
    return pushResult(lua, subject(lua).file.flush());
  }

  function exists(lua: Lua): number {
    lua.pushBoolean(files.read(checkName(lua, 1)) !== undefined);
    return 1;
  }

  function remove(lua: Lua): number {
    files.remove(checkName(lua, 1));
    return 0;
  }

  function rename(lua: Lua): number {
    const from = checkName(lua, 1);
    lua.pushBoolean(files.rename(from, checkName(lua, 2)));
    return 1;
  }

  function list(lua: Lua): number {
    lua.setTop(1);
    const hasPattern = lua.type(1) !== LuaType.nil;
    if (hasPattern) lua.checkString(1);
    lua.createTable();
    for (const name of files.names()) {
      if (hasPattern && !matches(lua, name)) continue;
      lua.pushNumber(files.read(name)?.length ?? 0);
      lua.setField(2, name);
    }
    lua.setTop(2);
    return 1;
  }

  /** string.match(name, pattern) with the pattern at 1. */
  function matches(lua: Lua, name: string): boolean {
    lua.pushString(name);
    lua.getField(-1, 'match');
    lua.insert(-2);
    lua.pushValue(1);
    lua.call(2, 1);
    const found = lua.type(-1) !== LuaType.nil;
    lua.pop();
    return found;
  }

  function stat(lua: Lua): number {
    const name = checkName(lua, 1);
    const content = files.read(name);
    if (!content) {
      lua.pushNil();
      return 1;
    }
    lua.createTable(0, 8);
    lua.pushNumber(content.length);
    lua.setField(-2, 'size');
    lua.pushString(name);
    lua.setField(-2, 'name');
    for (const flag of ['is_dir', 'is_rdonly', 'is_hidden', 'is_sys', 'is_arch']) {
      lua.pushBoolean(false);
      lua.setField(-2, flag);
    }
    lua.createTable(0, 6);
    for (const [field, value] of Object.entries(DEFAULT_TIME)) {
      lua.pushNumber(value);
      lua.setField(-2, field);
    }
    lua.setField(-2, 'time');
    return 1;
  }

  function getcontents(lua: Lua): number {
    lua.setTop(1);
    openFile(lua);
    const object = lua.toUserdata(-1, FILE);
    if (!object?.file) return 0;
    readInto(lua, object.file, WHOLE, noEnd);
    close(object);
    forgetCurrent();
    return 1;
  }

  function putcontents(lua: Lua): number {
    lua.setTop(2);
    lua.pushValue(2);
    lua.pushString('w+');
    lua.replace(2);
    openFile(lua);
    const object = lua.toUserdata(-1, FILE);
    if (!object?.file) return 1;
    lua.remove(2);
    const isWritten = object.file.write(lua.checkBytes(2));
    close(object);
    forgetCurrent();
    return pushResult(lua, isWritten);
  }

  function fsinfo(lua: Lua): number {
    const total = files.total();
    const used = files.used();
    for (const value of [total - used, used, total]) lua.pushNumber(value);
    return 3;
  }

  function fscfg(lua: Lua): number {
    const { start, size } = files.region();
    lua.pushNumber(start);
    lua.pushNumber(size);
    return 2;
  }

  function format(lua: Lua): number {
    closeFile(lua);
    files.format();
    host.console.print('format done.\n');
    return 0;
  }

  function on(lua: Lua): number {
    const event = lua.optString(1, 'rtc');
    if (event !== 'rtc') lua.argError(1, `invalid option '${event}'`);
    lua.unref(rtcCallback);
    rtcCallback = NO_REF;
    if (lua.isFunction(2)) {
      lua.pushValue(2);
      rtcCallback = lua.ref();
    } else if (lua.type(2) !== LuaType.nil) {
      throw new LuaError('Callback should be function or nil');
    }
    return 0;
  }

  const shared = { close: closeFile, read, readline, write, writeline, seek, flush };
  defineType(lua, FILE, shared, { finalizer: collect });
  return {
    name: 'file',
    fields: {
      ...shared,
      open: openFile,
      list,
      format,
      fscfg,
      remove,
      rename,
      exists,
      getcontents,
      putcontents,
      fsinfo,
      on,
      stat,
    },
  };
}
