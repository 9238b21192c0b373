import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto';
import { LuaError } from '../lua/errors.ts';
import { defineType, type LuaModule } from '../lua/library.ts';
import type { Lua, UserdataType } from '../lua/lua.ts';
import type { ModuleHost } from './host.ts';

/** Mechanisms of the default build (firmware: app/crypto/digests.c, MD2 left out there too). */
const DIGESTS: Readonly<Record<string, string>> = {
  MD5: 'md5',
  SHA1: 'sha1',
  SHA256: 'sha256',
  SHA384: 'sha384',
  SHA512: 'sha512',
};
const BLOCK = 16;
const DIGEST_SIZE = 200;

interface Digest {
  update(data: Uint8Array): unknown;
  digest(): Uint8Array;
}

const DIGEST: UserdataType<Digest> = { name: 'crypto.hash', size: DIGEST_SIZE };

/** Digests and AES (firmware: app/modules/crypto.c). */
export function cryptoModule({ lua, files }: ModuleHost): LuaModule {
  function mechanism(lua: Lua): string {
    const digest = DIGESTS[lua.checkString(1).toUpperCase()];
    if (digest === undefined) throw new LuaError('unknown hash mech');
    return digest;
  }

  function push(lua: Lua, bytes: Uint8Array): number {
    lua.pushBytes(bytes);
    return 1;
  }

  function sha1(lua: Lua): number {
    return push(lua, createHash('sha1').update(lua.checkBytes(1)).digest());
  }

  function mask(lua: Lua): number {
    const message = lua.checkBytes(1);
    const pattern = lua.checkBytes(2);
    if (pattern.length === 0) throw new LuaError('invalid argument: mask');
    return push(
      lua,
      message.map((byte, index) => byte ^ (pattern[index % pattern.length] ?? 0)),
    );
  }

  function hash(lua: Lua): number {
    return push(lua, createHash(mechanism(lua)).update(lua.checkBytes(2)).digest());
  }

  function fhash(lua: Lua): number {
    const digest = createHash(mechanism(lua));
    const content = files.read(lua.checkString(2));
    if (!content) throw new LuaError('file does not exist');
    return push(lua, digest.update(content).digest());
  }

  function hmac(lua: Lua): number {
    return push(lua, createHmac(mechanism(lua), lua.checkBytes(3)).update(lua.checkBytes(2)).digest());
  }

  function newHash(lua: Lua): number {
    lua.pushUserdata(DIGEST, createHash(mechanism(lua)));
    return 1;
  }

  function newHmac(lua: Lua): number {
    lua.pushUserdata(DIGEST, createHmac(mechanism(lua), lua.checkBytes(2)));
    return 1;
  }

  function update(lua: Lua): number {
    lua.checkUserdata(1, DIGEST).update(lua.checkBytes(2));
    return 0;
  }

  function finalize(lua: Lua): number {
    return push(lua, lua.checkUserdata(1, DIGEST).digest());
  }

  function crypt(lua: Lua, create: typeof createCipheriv | typeof createDecipheriv): number {
    const name = lua.checkString(1);
    const mode = /^AES-(ECB|CBC)$/i.exec(name)?.[1]?.toLowerCase();
    if (mode === undefined) throw new LuaError(`unknown cipher: ${name}`);
    const key = lua.checkBytes(2);
    const data = lua.checkBytes(3);
    const vector = Buffer.alloc(BLOCK);
    vector.set(Buffer.from(lua.optString(4, ''), 'latin1').subarray(0, BLOCK));
    if (key.length !== BLOCK) throw new LuaError('crypto op failed');
    const padded = Buffer.alloc(Math.ceil(data.length / BLOCK) * BLOCK);
    padded.set(data);
    const cipher = create(`aes-128-${mode}`, key, mode === 'cbc' ? vector : null);
    cipher.setAutoPadding(false);
    return push(lua, Buffer.concat([cipher.update(padded), cipher.final()]));
  }

  defineType(lua, DIGEST, { update, finalize });
  return {
    name: 'crypto',
    fields: {
      sha1,
      mask,
      hash,
      fhash,
      hmac,
      new_hash: newHash,
      new_hmac: newHmac,
      encrypt: (state) => crypt(state, createCipheriv),
      decrypt: (state) => crypt(state, createDecipheriv),
    },
  };
}
