import { LuaError } from '../lua/errors.ts';
import type { LuaModule } from '../lua/library.ts';
import { type Lua, LuaType } from '../lua/lua.ts';

/** sizeof of the chip's C types: 32-bit, and a double that needs no more alignment than an int in the recordings. */
const SIZES: Readonly<Record<string, number>> = { b: 1, B: 1, h: 2, H: 2, l: 4, L: 4, T: 4, f: 4, d: 8, x: 1 };
const MAX_INTEGER_SIZE = 32;
const DEFAULT_ALIGNMENT = 4;

interface Header {
  littleEndian: boolean;
  alignment: number;
}

interface Item {
  option: string;
  size: number;
  /** Bytes to skip before it. */
  padding: number;
  header: Header;
}

/** Binary structures (firmware: app/modules/struct.c). */
export function structModule(): LuaModule {
  return { name: 'struct', fields: { pack, unpack, size } };
}

/** Walks a format; `position` is where the item would start without padding. */
class Format {
  readonly #lua: Lua;
  readonly #text: string;
  readonly #header: Header = { littleEndian: true, alignment: 1 };
  readonly #isMeasuring: boolean;
  #at = 0;

  /** `isMeasuring`: letters without a meaning are no errors but take no room, as in the firmware's b_size. */
  constructor(lua: Lua, text: string, isMeasuring = false) {
    this.#lua = lua;
    this.#isMeasuring = isMeasuring;
    const end = text.indexOf('\0');
    this.#text = end < 0 ? text : text.slice(0, end);
  }

  /** The next item; options that only control are carried out. */
  next(position: number): Item | undefined {
    while (this.#at < this.#text.length) {
      const option = this.#text.charAt(this.#at++);
      if (this.#control(option)) continue;
      const itemSize = this.#sizeOf(option);
      return { option, size: itemSize, padding: this.#padding(position, option, itemSize), header: this.#header };
    }
    return undefined;
  }

  #control(option: string): boolean {
    if (option === ' ') return true;
    if (option === '<' || option === '>') {
      this.#header.littleEndian = option === '<';
      return true;
    }
    if (option !== '!') return false;
    const alignment = this.#number(DEFAULT_ALIGNMENT);
    if (alignment <= 0 || (alignment & (alignment - 1)) !== 0) {
      throw new LuaError(`alignment ${alignment} is not a power of 2`);
    }
    this.#header.alignment = alignment;
    return true;
  }

  #sizeOf(option: string): number {
    if (option === 's') return 0;
    if (option === 'c') return this.#number(1);
    if (option === 'i' || option === 'I') {
      const integerSize = this.#number(4);
      if (integerSize <= MAX_INTEGER_SIZE) return integerSize;
      throw new LuaError(`integral size ${integerSize} is larger than limit of ${MAX_INTEGER_SIZE}`);
    }
    const known = SIZES[option];
    if (known !== undefined) return known;
    if (this.#isMeasuring && /[a-z\d]/i.test(option)) return 0;
    return this.#lua.argError(1, `invalid format option '${option}'`);
  }

  #number(fallback: number): number {
    const digits = /^\d+/.exec(this.#text.slice(this.#at))?.[0];
    if (digits === undefined) return fallback;
    this.#at += digits.length;
    const value = Number(digits);
    if (value > 0x7fffffff) throw new LuaError('integral size overflow');
    return value;
  }

  #padding(position: number, option: string, itemSize: number): number {
    if (itemSize === 0 || option === 'c') return 0;
    const unit = Math.min(itemSize, this.#header.alignment);
    return (unit - (position & (unit - 1))) & (unit - 1);
  }
}

function pack(lua: Lua): number {
  const format = new Format(lua, lua.checkString(1));
  // The firmware pushes a nil before its buffer, so a missing argument is "nil", not "no value".
  lua.pushNil();
  const bytes: number[] = [];
  let argument = 2;
  for (let item = format.next(0); item; item = format.next(bytes.length)) {
    for (let count = 0; count < item.padding; count++) bytes.push(0);
    if (item.option === 'x') bytes.push(0);
    else bytes.push(...packed(lua, item, argument++));
  }
  lua.pushBytes(Uint8Array.from(bytes));
  return 1;
}

function packed(lua: Lua, item: Item, argument: number): Iterable<number> {
  if (item.option === 'c' || item.option === 's') return packedString(lua, item, argument);
  if (item.option === 'f' || item.option === 'd') return floatBytes(item, lua.checkNumber(argument));
  let value = BigInt(lua.checkInteger(argument));
  const bytes: number[] = [];
  for (let count = 0; count < item.size; count++) {
    bytes.push(count < 4 ? Number(value & 0xffn) : 0);
    value >>= 8n;
  }
  return item.header.littleEndian ? bytes : bytes.reverse();
}

function packedString(lua: Lua, item: Item, argument: number): Iterable<number> {
  const text = lua.checkBytes(argument);
  const length = item.size === 0 ? text.length : item.size;
  if (text.length < length) lua.argError(argument + 1, 'string too short');
  const bytes = [...text.subarray(0, length)];
  if (item.option === 's') bytes.push(0);
  return bytes;
}

function floatBytes({ size: bytes, header }: Item, value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(bytes));
  if (bytes === 4) view.setFloat32(0, value, header.littleEndian);
  else view.setFloat64(0, value, header.littleEndian);
  return new Uint8Array(view.buffer);
}

function unpack(lua: Lua): number {
  const format = new Format(lua, lua.checkString(1));
  const data = lua.checkBytes(2);
  let position = lua.optInteger(3, 1) - 1;
  lua.setTop(2);
  for (let item = format.next(position); item; item = format.next(position)) {
    position += item.padding;
    requireData(lua, position, item.size, data);
    position += unpackItem(lua, item, data, position);
  }
  lua.pushNumber(position + 1);
  return lua.top() - 2;
}

function requireData(lua: Lua, position: number, length: number, data: Uint8Array): void {
  // Positions are unsigned in the firmware: -1 lies far behind the end.
  if (position < 0 || position + length > data.length) lua.argError(2, 'data string too short');
}

/** Pushes one value; returns the bytes it took. */
function unpackItem(lua: Lua, item: Item, data: Uint8Array, position: number): number {
  const { option, size: length } = item;
  switch (option) {
    case 'x':
      return length;
    case 'c':
      return unpackBlock(lua, length, data, position);
    case 's': {
      const end = data.indexOf(0, position);
      if (end < 0) throw new LuaError('unfinished string in data');
      lua.pushBytes(data.subarray(position, end));
      return end - position + 1;
    }
    case 'f':
    case 'd': {
      const view = new DataView(data.buffer, data.byteOffset + position, length);
      const { littleEndian } = item.header;
      lua.pushNumber(option === 'f' ? view.getFloat32(0, littleEndian) : view.getFloat64(0, littleEndian));
      return length;
    }
    default:
      lua.pushNumber(readInteger(item, data.subarray(position, position + length)));
      return length;
  }
}

/** "c0" takes its length from the value unpacked before. */
function unpackBlock(lua: Lua, fixedLength: number, data: Uint8Array, position: number): number {
  let length = fixedLength;
  if (length === 0) {
    if (lua.type(-1) !== LuaType.number) throw new LuaError("format `c0' needs a previous size");
    length = lua.toInteger(-1);
    lua.pop();
    requireData(lua, position, length, data);
  }
  lua.pushBytes(data.subarray(position, position + length));
  return length;
}

function readInteger({ option, header }: Item, bytes: Uint8Array): number {
  const ordered = header.littleEndian ? [...bytes].reverse() : [...bytes];
  let value = 0n;
  for (const byte of ordered) value = BigInt.asUintN(64, (value << 8n) | BigInt(byte));
  const bits = Math.min(64, bytes.length * 8);
  const isSigned = option === option.toLowerCase();
  return Number(isSigned ? BigInt.asIntN(bits, value) : BigInt.asIntN(64, value));
}

function size(lua: Lua): number {
  const format = new Format(lua, lua.checkString(1), true);
  let position = 0;
  for (let item = format.next(0); item; item = format.next(position)) {
    if (item.option === 's') lua.argError(1, "option 's' has no fixed size");
    if (item.option === 'c' && item.size === 0) lua.argError(1, "option 'c0' has no fixed size");
    position += item.padding + item.size;
  }
  lua.pushNumber(position);
  return 1;
}
