import type { Priority } from '../cpu.ts';
import { LuaError } from '../lua/errors.ts';
import { setFunctions, type LuaModule } from '../lua/library.ts';
import { type Lua, LuaType, type UserdataType, upvalueIndex } from '../lua/lua.ts';
import type { ModuleHost } from './host.ts';

/** LUAL_BUFFERSIZE: bytes of a record. */
const RECORD_SIZE = 256;
const CHUNK = { delimiter: -1, keepDelimiter: -2 } as const;
const State = { notUsed: 0, active: 1, written: 2, quiescent: 4 } as const;
const Upvalue = { pipe: upvalueIndex(1), reader: upvalueIndex(2), priority: upvalueIndex(3), state: upvalueIndex(4) };

interface Record {
  data: string;
}

/** buffer_t: two ints and the bytes. */
const RECORD: UserdataType<Record> = { name: 'pipe.record', size: 8 + RECORD_SIZE };

/**
 * Pipes (firmware: app/modules/pipe.c): a table of 256-byte records with its write function at 1, and optionally a
 * reader that a task calls.
 */
export function pipeModule(host: ModuleHost): LuaModule & { create: (lua: Lua) => number } {
  const { lua } = host;
  let metatable = 0;
  let methods = 0;

  function isPipe(lua: Lua, index: number): boolean {
    if (lua.type(index) !== LuaType.table || lua.exports.lua_getmetatable(lua.L, index) === 0) return false;
    lua.pushKept(metatable);
    const isSame = lua.exports.lua_rawequal(lua.L, -1, -2) !== 0;
    lua.pop(2);
    return isSame;
  }

  /** The record at the head (2) or tail of the pipe at 1; a writer gets a new one when the pipe is empty. */
  function record(lua: Lua, end: 'head' | 'tail', writes: boolean): Record | undefined {
    if (!isPipe(lua, 1)) lua.argError(1, 'pipe table');
    const length = lua.length(1);
    if (length === 1) return writes ? insert(lua, 2) : undefined;
    lua.rawGetIndex(1, end === 'head' ? 2 : length);
    const found = lua.toUserdata(-1, RECORD);
    lua.pop();
    return found;
  }

  function insert(lua: Lua, index: number): Record {
    const created: Record = { data: '' };
    lua.pushUserdata(RECORD, created);
    lua.rawSetIndex(1, index);
    return created;
  }

  /** Number of bytes, or how to end at a delimiter. */
  function chunkSize(lua: Lua): { count: number; delimiter: string } {
    if (lua.type(2) === LuaType.number) {
      const count = lua.checkInteger(2);
      if (count <= 0) lua.argError(2, 'invalid chunk size');
      return { count, delimiter: '' };
    }
    if (lua.type(2) === LuaType.nil) return { count: CHUNK.delimiter, delimiter: '\n' };
    const text = lua.toString(2) ?? '';
    const keeps = text.length === 2 && text[1] === '+';
    if (text.length !== (keeps ? 2 : 1)) lua.argError(2, 'invalid delimiter');
    return { count: keeps ? CHUNK.keepDelimiter : CHUNK.delimiter, delimiter: text.charAt(0) };
  }

  function read(lua: Lua): number {
    let head = record(lua, 'head', false);
    lua.setTop(2);
    const { count, delimiter } = chunkSize(lua);
    lua.pop();
    let text: string | undefined;
    let wanted = count;
    while (head && wanted !== 0) {
      const found = wanted < 0 ? head.data.indexOf(delimiter) : -1;
      const used = wanted > 0 ? Math.min(wanted, head.data.length) : found < 0 ? head.data.length : found + 1;
      const isDelimited = found >= 0;
      text = (text ?? '') + head.data.slice(0, isDelimited && count === CHUNK.delimiter ? found : used);
      head.data = head.data.slice(used);
      wanted = isDelimited ? 0 : wanted > 0 ? wanted - used : wanted;
      if (head.data === '') head = dropHead(lua);
    }
    if (text === undefined) lua.pushNil();
    else lua.pushString(text);
    return 1;
  }

  function dropHead(lua: Lua): Record | undefined {
    const length = lua.length(1);
    for (let index = 2; index < length; index++) {
      lua.rawGetIndex(1, index + 1);
      lua.rawSetIndex(1, index);
    }
    lua.pushNil();
    lua.rawSetIndex(1, length);
    return record(lua, 'head', false);
  }

  /** The string argument; undefined when there is nothing to do. */
  function payload(lua: Lua): string | undefined {
    const text = lua.toString(2);
    return text === undefined || text === '' ? undefined : text;
  }

  function append(lua: Lua): boolean {
    let text = payload(lua);
    if (text === undefined) return false;
    let tail = record(lua, 'tail', true);
    while (tail && text !== '') {
      if (tail.data.length === RECORD_SIZE) tail = insert(lua, lua.length(1) + 1);
      const room = RECORD_SIZE - tail.data.length;
      tail.data += text.slice(0, room);
      text = text.slice(room);
    }
    return true;
  }

  function unread(lua: Lua): number {
    let text = payload(lua);
    if (text === undefined) return 0;
    let head = record(lua, 'head', true);
    while (head && text !== '') {
      if (head.data.length === RECORD_SIZE) head = insertHead(lua);
      const room = RECORD_SIZE - head.data.length;
      const start = Math.max(0, text.length - room);
      head.data = text.slice(start) + head.data;
      text = text.slice(0, start);
    }
    return 0;
  }

  function insertHead(lua: Lua): Record {
    for (let index = lua.length(1); index > 1; index--) {
      lua.rawGetIndex(1, index);
      lua.rawSetIndex(1, index + 1);
    }
    return insert(lua, 2);
  }

  /** pipe[1]: the write method when called with the pipe, else the task that calls the reader. */
  function writeOrRead(lua: Lua): number {
    const state = lua.toInteger(Upvalue.state);
    if (lua.exports.lua_rawequal(lua.L, 1, Upvalue.pipe) === 0) {
      if (state !== State.notUsed) callReader(lua, state);
      return 0;
    }
    const isWritten = append(lua);
    if (isWritten && state !== State.notUsed && (state & State.written) === 0) {
      setState(lua, state | State.written);
      lua.rawGetIndex(1, 1);
      postReader(lua);
    }
    return 0;
  }

  function callReader(lua: Lua, state: number): void {
    setState(lua, State.active);
    lua.pushValue(Upvalue.reader);
    lua.pushValue(Upvalue.pipe);
    lua.call(1, 1);
    let repost = state & State.written;
    if (lua.type(-1) === LuaType.boolean) {
      repost = lua.toBoolean(-1) && lua.length(Upvalue.pipe) > 1 ? State.written : 0;
    }
    setState(lua, State.quiescent | repost);
    if (repost === 0) return;
    lua.rawGetIndex(Upvalue.pipe, 1);
    postReader(lua);
  }

  function setState(lua: Lua, state: number): void {
    lua.pushNumber(state);
    lua.replace(Upvalue.state);
  }

  /** Pops the function and posts it as a task. */
  function postReader(lua: Lua): void {
    const priority = lua.toInteger(Upvalue.priority) as Priority;
    const task = lua.ref();
    const isPosted = host.post(priority, () => {
      lua.pushRef(task);
      lua.unref(task);
      lua.pushNumber(priority);
      host.pcallx(1, 0);
    });
    if (isPosted) return;
    lua.unref(task);
    throw new LuaError('Task queue overflow. Task not posted');
  }

  function create(lua: Lua): number {
    lua.setTop(2);
    let priority = -1;
    if (lua.type(1) !== LuaType.nil) {
      lua.checkFunction(1);
      priority = lua.type(2) === LuaType.nil ? 1 : lua.toInteger(2);
      if (priority < 0 || priority > 2) lua.argError(2, 'invalid priority');
    }
    lua.createTable(1, 0);
    lua.pushKept(metatable);
    lua.exports.lua_setmetatable(lua.L, -2);
    lua.pushValue(-1);
    lua.pushValue(1);
    lua.pushNumber(priority);
    lua.pushNumber(priority === -1 ? State.notUsed : State.quiescent);
    lua.pushFunction(writeOrRead, 4);
    lua.rawSetIndex(-2, 1);
    return 1;
  }

  function reader(lua: Lua): number {
    lua.setTop(2);
    record(lua, 'head', false);
    chunkSize(lua);
    lua.pushFunction(readAgain, 2);
    return 1;
  }

  function readAgain(lua: Lua): number {
    lua.setTop(0);
    lua.pushValue(upvalueIndex(1));
    lua.pushValue(upvalueIndex(2));
    return read(lua);
  }

  function nrec(lua: Lua): number {
    lua.pushNumber(lua.length(1) - 1);
    return 1;
  }

  function length(lua: Lua): number {
    lua.pushNumber(lua.type(1) === LuaType.table ? lua.length(1) : (lua.toUserdata(1, RECORD)?.data.length ?? 0));
    return 1;
  }

  function toText(lua: Lua): number {
    if (lua.type(1) === LuaType.table) lua.pushString(`Pipe: 0x${lua.pointer(1).toString(16).padStart(8, '0')}`);
    else lua.pushString(lua.toUserdata(1, RECORD)?.data ?? '');
    return 1;
  }

  function index(lua: Lua): number {
    lua.setTop(2);
    if (lua.toString(2) === 'write') {
      lua.rawGetIndex(1, 1);
      return 1;
    }
    lua.pushKept(methods);
    lua.replace(1);
    lua.rawGet(1);
    return 1;
  }

  const common = { __len: length, __tostring: toText };
  lua.createTable();
  setFunctions(lua, { ...common, read, reader, unread, nrec });
  methods = lua.keep();
  lua.createTable();
  setFunctions(lua, { ...common, __index: index });
  lua.pushValue(-1);
  lua.setMetatable(RECORD);
  metatable = lua.keep();
  return { name: 'pipe', fields: { create }, create };
}
