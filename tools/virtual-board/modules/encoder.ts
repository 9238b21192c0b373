import { LuaError } from '../lua/errors.ts';
import type { LuaModule } from '../lua/library.ts';
import type { LuaFunction } from '../lua/lua.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const PADDING = 0x3d;
const INVALID = 0xff;

/**
 * Base64 and hexadecimal (firmware: app/modules/encoder.c). `chars`: what C's char is; the firmware's check for foreign
 * characters works only where it is unsigned.
 */
export function encoderModule(chars: 'signed' | 'unsigned'): LuaModule {
  const apply =
    (convert: (input: Uint8Array) => Uint8Array): LuaFunction =>
    (lua) => {
      lua.pushBytes(convert(lua.checkBytes(1)));
      return 1;
    };
  const text =
    (encoding: 'base64' | 'hex') =>
    (input: Uint8Array): Uint8Array =>
      Buffer.from(Buffer.from(input).toString(encoding));
  return {
    name: 'encoder',
    fields: {
      toBase64: apply(text('base64')),
      toHex: apply(text('hex')),
      fromBase64: apply(chars === 'signed' ? fromBase64 : (input) => fromBase64(checked(input))),
      fromHex: apply(fromHex),
    },
  };
}

function checked(input: Uint8Array): Uint8Array {
  const text = Buffer.from(input).toString('latin1');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new LuaError('Invalid base64 string');
  return input;
}

/** A foreign character counts as 255. */
function fromBase64(input: Uint8Array): Uint8Array {
  if (input.length % 4 !== 0) throw new LuaError('Invalid base64 string');
  const output: number[] = [];
  for (let at = 0; at < input.length; at += 4) {
    const [a = 0, b = 0, c = 0, d = 0] = Array.from(input.subarray(at, at + 4), valueOf);
    output.push((a << 2) | (b >> 4), (b << 4) | (c >> 2), (c << 6) | d);
  }
  const padding = input.at(-1) !== PADDING ? 0 : input.at(-2) !== PADDING ? 1 : 2;
  return Uint8Array.from(output.slice(0, output.length - padding));
}

function valueOf(character: number): number {
  if (character === PADDING) return 0;
  const value = ALPHABET.indexOf(String.fromCharCode(character));
  return value < 0 ? INVALID : value;
}

function fromHex(input: Uint8Array): Uint8Array {
  const digits = Buffer.from(input).toString('latin1');
  if (digits.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(digits)) throw new LuaError('Invalid hex string');
  return Buffer.from(digits, 'hex');
}
