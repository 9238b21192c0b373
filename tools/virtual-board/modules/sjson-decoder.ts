import { LuaError } from '../lua/errors.ts';
import { type Lua, type LuaFunction, LuaType, NO_REF, type UserdataType } from '../lua/lua.ts';
import { type Element, JsonLexer } from './json-lexer.ts';

interface Decoder {
  lexer: JsonLexer;
  error: string | undefined;
  isComplete: boolean;
  /** Registry references: a table with the result at 1, the waiting key, null's stand-in, metatable and path. */
  result: number;
  key: number;
  nullValue: number;
  metatable: number;
  path: number;
  /** Tables of the open containers, and how many elements each list has. */
  containers: { table: number; used: number }[];
}

/** JSN_DATA and 20 levels of jsonsl (heap.json: about 886 bytes). */
const DECODER: UserdataType<Decoder> = { name: 'sjson.decoder', size: 836 };

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** JSON text to tables, as a whole or as it arrives (firmware: app/modules/sjson.c). */
export function decoderFunctions(): { type: UserdataType<Decoder> } & Record<
  'decode' | 'create' | 'write' | 'result' | 'finalize',
  LuaFunction
> {
  function create(lua: Lua, options = 1): Decoder {
    const decoder: Decoder = {
      lexer: new JsonLexer({
        push: (element) => open(lua, decoder, element),
        pop: (element) => close(lua, decoder, element),
        error: (error) => {
          if (!decoder.isComplete) decoder.error = error;
        },
      }),
      ...{ error: undefined, isComplete: false, result: NO_REF, key: NO_REF, metatable: NO_REF, path: NO_REF },
      ...{ nullValue: NO_REF, containers: [] },
    };
    lua.pushUserdata(DECODER, decoder);
    lua.createTable();
    decoder.result = lua.ref();
    if (lua.type(options) === LuaType.table) readOptions(lua, decoder, options);
    else {
      lua.exports.lua_pushlightuserdata(lua.L, 0);
      decoder.nullValue = lua.ref();
    }
    return decoder;
  }

  function readOptions(lua: Lua, decoder: Decoder, options: number): void {
    lua.getField(options, 'null');
    decoder.nullValue = lua.ref();
    lua.getField(options, 'metatable');
    if (lua.type(-1) === LuaType.nil) {
      lua.pop();
      return;
    }
    lua.getField(-1, 'checkpath');
    if (lua.type(-1) !== LuaType.nil) {
      lua.createTable();
      decoder.path = lua.ref();
    }
    lua.pop();
    decoder.metatable = lua.ref();
  }

  /** Pushes the table that the next value goes into, and its key. */
  function pushPlace(lua: Lua, decoder: Decoder): void {
    const parent = decoder.containers.at(-1);
    lua.pushRef(parent?.table ?? decoder.result);
    if (decoder.key === NO_REF) {
      lua.pushNumber(parent ? ++parent.used : 1);
      return;
    }
    lua.pushRef(decoder.key);
    lua.unref(decoder.key);
    decoder.key = NO_REF;
  }

  function open(lua: Lua, decoder: Decoder, element: Element): void {
    if (element.type !== 'object' && element.type !== 'list') return;
    lua.createTable();
    if (decoder.metatable !== NO_REF) {
      lua.pushRef(decoder.metatable);
      lua.exports.lua_setmetatable(lua.L, -2);
    }
    const table = lua.ref();
    pushPlace(lua, decoder);
    decoder.containers.push({ table, used: 0 });
    if (decoder.path !== NO_REF && element.level > 1) {
      lua.pushRef(decoder.path);
      lua.pushValue(-2);
      lua.rawSetIndex(-2, element.level - 1);
      lua.pop();
    }
    if (isWanted(lua, decoder, table)) {
      lua.pushRef(table);
      lua.exports.lua_settable(lua.L, -3);
      lua.pop();
    } else {
      lua.pop(2);
    }
  }

  /** Asks the metatable's checkpath whether a new table shall be kept. */
  function isWanted(lua: Lua, decoder: Decoder, table: number): boolean {
    if (decoder.path === NO_REF) return true;
    lua.pushRef(decoder.metatable);
    lua.getField(-1, 'checkpath');
    lua.pushRef(table);
    lua.pushRef(decoder.path);
    lua.call(2, 1);
    const wanted = lua.toBoolean(-1);
    lua.pop(2);
    return wanted;
  }

  function close(lua: Lua, decoder: Decoder, element: Element): void {
    switch (element.type) {
      case 'key':
        lua.pushString(unescape(element.text));
        decoder.key = lua.ref();
        return;
      case 'string':
        pushPlace(lua, decoder);
        lua.pushString(unescape(element.text));
        break;
      case 'special':
        pushPlace(lua, decoder);
        pushSpecial(lua, decoder, element.text);
        break;
      default:
        closeContainer(lua, decoder, element);
        return;
    }
    lua.exports.lua_settable(lua.L, -3);
    lua.pop();
  }

  function pushSpecial(lua: Lua, decoder: Decoder, text: string): void {
    if (text === 'true' || text === 'false') lua.pushBoolean(text === 'true');
    else if (text === 'null') lua.pushRef(decoder.nullValue);
    else lua.pushNumber(Number(text));
  }

  function closeContainer(lua: Lua, decoder: Decoder, element: Element): void {
    lua.unref(decoder.containers.pop()?.table ?? NO_REF);
    if (decoder.path !== NO_REF) {
      lua.pushRef(decoder.path);
      lua.pushNil();
      lua.rawSetIndex(-2, element.level);
      lua.pop();
    }
    if (element.level === 1) decoder.isComplete = true;
  }

  /** Feeds text; pushes the result and returns 1 once it is complete. */
  function feed(lua: Lua, decoder: Decoder, text: string): number {
    if (decoder.error !== undefined) throw new LuaError('JSON parse error: previous call');
    if (!decoder.isComplete) feedLexer(decoder, text);
    if (!decoder.isComplete) return 0;
    freeWorkingData(lua, decoder);
    return pushResult(lua, decoder);
  }

  function feedLexer(decoder: Decoder, text: string): void {
    decoder.lexer.feed(text);
    if (decoder.error !== undefined) throw new LuaError(`JSON parse error: ${decoder.error}`);
  }

  function pushResult(lua: Lua, decoder: Decoder): number {
    if (!decoder.isComplete) throw new LuaError('decode not complete');
    lua.pushRef(decoder.result);
    lua.rawGetIndex(-1, 1);
    lua.remove(-2);
    return 1;
  }

  function decode(lua: Lua): number {
    const decoder = create(lua, 2);
    if (feed(lua, decoder, lua.checkString(1)) !== 1) {
      throw new LuaError('Incomplete JSON object passed to sjson.decode');
    }
    return 1;
  }

  function freeWorkingData(lua: Lua, decoder: Decoder): void {
    for (const { table } of decoder.containers.splice(0)) lua.unref(table);
    for (const field of ['metatable', 'key', 'nullValue', 'path'] as const) {
      lua.unref(decoder[field]);
      decoder[field] = NO_REF;
    }
  }

  function finalize(lua: Lua): number {
    const decoder = lua.checkUserdata(1, DECODER);
    freeWorkingData(lua, decoder);
    lua.unref(decoder.result);
    decoder.result = NO_REF;
    return 0;
  }

  return {
    type: DECODER,
    decode,
    create: (lua) => {
      create(lua);
      return 1;
    },
    write: (lua) => feed(lua, lua.checkUserdata(1, DECODER), lua.checkString(2)),
    result: (lua) => pushResult(lua, lua.checkUserdata(1, DECODER)),
    finalize,
  };
}

function unescape(text: string): string {
  return text.replace(/\\u([\s\S]{0,4})|\\([\s\S])/g, (_all, hex: string | undefined, character: string) =>
    hex === undefined ? (ESCAPES[character] ?? character) : utf8(codeUnit(hex)),
  );
}

/** Four hexadecimal digits; what is none counts as the firmware's arithmetic says. */
function codeUnit(hex: string): number {
  let value = 0;
  for (const digit of hex.padEnd(4, '\0')) {
    const code = digit.charCodeAt(0);
    value = (value << 4) + (code <= 0x39 ? code & 0xf : (code - 0x41 + 10) & 0xf);
  }
  return value;
}

/** UTF-8 as a byte string; halves of surrogate pairs become "?". */
function utf8(code: number): string {
  if (code >= 0xd800 && code < 0xe000) return '?';
  return Buffer.from(String.fromCharCode(code)).toString('latin1');
}
