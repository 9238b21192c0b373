import { LuaError } from '../lua/errors.ts';
import { type Lua, type LuaFunction, LuaType, NO_REF, type UserdataType } from '../lua/lua.ts';
import { formatG } from './c-format.ts';
import { DEPTH } from './sjson-depth.ts';

const DEFAULT_READ = 1024;
const WHOLE = 1_000_000;
/** SJSON_FLOAT_FMT for doubles. */
const PRECISION = 19;
/** Functions in a row that may stand for a value. */
const MAX_CALLS = 10;
const ESCAPES: Readonly<Record<string, string>> = { '\f': '\\f', '\n': '\\n', '\t': '\\t', '\r': '\\r', '\b': '\\b' };

interface Level {
  table: number;
  /** Largest index of an array; -1: an object. */
  size: number;
  index: number;
  key: number;
}

interface Encoder {
  levels: Level[];
  nullValue: number;
  text: string | undefined;
  offset: number;
}

const ENCODER: UserdataType<Encoder> = { name: 'sjson.encoder', size: 24 + 20 * 16 };

/** Tables to JSON text, as a whole or in pieces (firmware: app/modules/sjson.c). */
export function encoderFunctions(): { type: UserdataType<Encoder> } & Record<
  'encode' | 'create' | 'read' | 'finalize',
  LuaFunction
> {
  function create(lua: Lua): number {
    lua.checkTable(1);
    const encoder: Encoder = { levels: [], nullValue: NO_REF, text: undefined, offset: 0 };
    lua.pushUserdata(ENCODER, encoder);
    lua.pushValue(1);
    descend(lua, encoder);
    if (lua.type(2) === LuaType.table) {
      lua.getField(2, 'null');
      encoder.nullValue = lua.ref();
    }
    return 1;
  }

  /** Pops a table and makes it the current one. */
  function descend(lua: Lua, encoder: Encoder): void {
    if (encoder.levels.length >= DEPTH) throw new LuaError('encoder stack overflow');
    const size = arraySize(lua);
    encoder.levels.push({ table: lua.ref(), size, index: 0, key: NO_REF });
  }

  function encode(lua: Lua): number {
    create(lua);
    const encoder = lua.checkUserdata(lua.top(), ENCODER);
    return pushPart(lua, encoder, WHOLE);
  }

  function read(lua: Lua): number {
    const encoder = lua.checkUserdata(1, ENCODER);
    const wanted = lua.type(2) === LuaType.number ? Math.max(1, lua.toInteger(2)) : DEFAULT_READ;
    return pushPart(lua, encoder, wanted);
  }

  function pushPart(lua: Lua, encoder: Encoder, count: number): number {
    encoder.text ??= render(lua, encoder);
    const part = encoder.text.slice(encoder.offset, encoder.offset + count);
    encoder.offset += part.length;
    if (part === '') return 0;
    lua.pushString(part);
    return 1;
  }

  function render(lua: Lua, encoder: Encoder): string {
    let text = '';
    for (let level = encoder.levels.at(-1); level; level = encoder.levels.at(-1)) {
      const part = level.size >= 0 ? nextElement(lua, encoder, level) : nextPair(lua, encoder, level);
      text += part;
    }
    return text;
  }

  function close(lua: Lua, encoder: Encoder): void {
    const level = encoder.levels.pop();
    if (!level) return;
    lua.unref(level.table);
    lua.unref(level.key);
  }

  function nextElement(lua: Lua, encoder: Encoder, level: Level): string {
    if (level.index === level.size) {
      close(lua, encoder);
      return level.index === 0 ? '[]' : ']';
    }
    const prefix = level.index === 0 ? '[' : ',';
    level.index++;
    lua.pushRef(level.table);
    lua.rawGetIndex(-1, level.index);
    return prefix + value(lua, encoder, 2);
  }

  function nextPair(lua: Lua, encoder: Encoder, level: Level): string {
    lua.pushRef(level.table);
    if (level.index === 0) lua.pushNil();
    else lua.pushRef(level.key);
    if (!lua.next(-2)) {
      lua.pop();
      close(lua, encoder);
      return level.index === 0 ? '{}' : '}';
    }
    lua.unref(level.key);
    lua.pushValue(-2);
    const isNumber = lua.type(-1) === LuaType.number;
    const key = isNumber ? quote(lua.toString(-1) ?? '') : scalar(lua, encoder, -1);
    lua.pop();
    lua.pushValue(-2);
    level.key = lua.ref();
    const prefix = level.index === 0 ? '{' : ',';
    level.index++;
    return `${prefix}${key}:${value(lua, encoder, 3)}`;
  }

  /** The value on top of the stack; pops it and what lies below, `count` in all. A table opens a level instead. */
  function value(lua: Lua, encoder: Encoder, count: number): string {
    for (let calls = 0; calls < MAX_CALLS && lua.isFunction(-1); calls++) lua.call(0, 1);
    if (lua.type(-1) === LuaType.table) {
      descend(lua, encoder);
      lua.pop(count - 1);
      return '';
    }
    const text = scalar(lua, encoder, -1);
    lua.pop(count);
    return text;
  }

  function scalar(lua: Lua, encoder: Encoder, index: number): string {
    const type = lua.type(index);
    switch (type) {
      case LuaType.nil:
      case LuaType.lightUserdata:
        return 'null';
      case LuaType.boolean:
        return lua.toBoolean(index) ? 'true' : 'false';
      case LuaType.number: {
        const number = lua.toNumber(index);
        return Number.isFinite(number) ? formatG(number, PRECISION) : 'null';
      }
      case LuaType.string:
        return isNull(lua, encoder, index) ? 'null' : quote(lua.toString(index) ?? '');
      default:
        throw new LuaError(`Cannot encode type ${type}`);
    }
  }

  function isNull(lua: Lua, encoder: Encoder, index: number): boolean {
    if (encoder.nullValue === NO_REF) return false;
    lua.pushValue(index);
    lua.pushRef(encoder.nullValue);
    const isSame = lua.exports.lua_rawequal(lua.L, -1, -2) !== 0;
    lua.pop(2);
    return isSame;
  }

  function finalize(lua: Lua): number {
    const encoder = lua.checkUserdata(1, ENCODER);
    while (encoder.levels.length > 0) close(lua, encoder);
    lua.unref(encoder.nullValue);
    encoder.nullValue = NO_REF;
    return 0;
  }

  return { type: ENCODER, encode, create, read, finalize };
}

/** Largest integer key of the table on top of the stack; -1 when it has other keys. */
function arraySize(lua: Lua): number {
  let size = 0;
  lua.pushNil();
  while (lua.next(-2)) {
    lua.pop();
    const index = lua.type(-1) === LuaType.number ? lua.toInteger(-1) : -1;
    if (index <= 0) {
      lua.pop();
      return -1;
    }
    size = Math.max(size, index);
  }
  return size;
}

/** The firmware escapes control characters and quotes, but not backslashes. */
function quote(text: string): string {
  let escaped = '';
  for (const character of text) {
    if (character === '"') escaped += '\\"';
    else if (character >= ' ') escaped += character;
    else escaped += ESCAPES[character] ?? `\\u00${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  }
  return `"${escaped}"`;
}
