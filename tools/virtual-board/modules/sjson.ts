import { defineType, type LuaModule } from '../lua/library.ts';
import { decoderFunctions } from './sjson-decoder.ts';
import { encoderFunctions } from './sjson-encoder.ts';
import type { ModuleHost } from './host.ts';

/** JSON (firmware: app/modules/sjson.c). `sjson.NULL` does not exist in this release. */
export function sjsonModule({ lua }: ModuleHost): LuaModule {
  const encoder = encoderFunctions();
  const decoder = decoderFunctions();
  defineType(lua, encoder.type, { read: encoder.read }, { finalizer: encoder.finalize });
  defineType(lua, decoder.type, { write: decoder.write, result: decoder.result }, { finalizer: decoder.finalize });
  return {
    name: 'sjson',
    fields: { encode: encoder.encode, encoder: encoder.create, decode: decoder.decode, decoder: decoder.create },
  };
}
