import * as layout from './layout.ts';
import type { Lua } from './lua.ts';

const BLACK = 1 << 2;
const FIXED = 1 << 5;
const WHITE = 0b11;

/**
 * Takes what the firmware has in flash out of the collector's sight: the functions and tables of libraries and modules
 * never change and never die, and walking through them costs several times what the program's own objects cost. They
 * leave the list of objects and stay black, so that marking stops at them; strings are fixed, as luaS_fix does.
 *
 * `tables` are addresses of tables that no program can write to, so that they stay as they are. Of the functions only
 * newproxy has a table in its upvalues. Call it once, right after a full collection.
 */
export function moveToFlash(lua: Lua, tables: ReadonlySet<number>): void {
  const global = lua.word(lua.main + layout.STATE_GLOBAL);
  fixStrings(lua, global);
  lua.getGlobal('newproxy');
  const newproxy = lua.pointer(-1);
  lua.pop();
  let link = global + layout.GLOBAL_OBJECTS;
  for (let object = lua.word(link); object !== 0; object = lua.word(link)) {
    const header = lua.word(object + layout.OBJECT_TYPE);
    if (tables.has(object) || ((header & 0xff) === layout.OBJECT_TYPE_FUNCTION && object !== newproxy)) {
      lua.setWord(link, lua.word(object));
      setMark(lua, object, header, BLACK | FIXED);
    } else {
      link = object;
    }
  }
}

function fixStrings(lua: Lua, global: number): void {
  const buckets = lua.word(global + layout.GLOBAL_STRING_TABLE);
  const count = lua.word(global + layout.GLOBAL_STRING_BUCKETS);
  for (let bucket = buckets; bucket < buckets + 4 * count; bucket += 4) {
    for (let string = lua.word(bucket); string !== 0; string = lua.word(string)) {
      const header = lua.word(string + layout.OBJECT_TYPE);
      lua.setWord(string + layout.OBJECT_TYPE, header | (FIXED << 8));
    }
  }
}

function setMark(lua: Lua, object: number, header: number, mark: number): void {
  const kept = (header >>> 8) & 0xff & ~WHITE;
  lua.setWord(object + layout.OBJECT_TYPE, (header & ~0xff00) | ((kept | mark) << 8));
}
