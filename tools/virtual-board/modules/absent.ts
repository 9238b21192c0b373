import { LuaError } from '../lua/errors.ts';
import type { LuaFunction } from '../lua/lua.ts';
import names from './firmware-names.json' with { type: 'json' };

/** Modules of the firmware that no virtual board has. */
export function absentModules(present: readonly string[]): string[] {
  return Object.keys(names).filter((name) => !present.includes(name));
}

/** The lookup of any name in such a module: an error that names it. */
export const lookUpAbsent =
  (module: string): LuaFunction =>
  (lua) => {
    throw new LuaError(`the virtual board has no ${module}.${lua.toString(2) ?? '?'}`);
  };
