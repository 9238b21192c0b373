import type { Prototype } from './chunk.ts';

/**
 * Without the names of locals and upvalues, which only word error messages; lines stay, so that errors still say where.
 * This is level 1 of NodeMCU's `node.stripdebug`.
 */
export function stripNames(prototype: Prototype): Prototype {
  return { ...prototype, locals: [], upvalueNames: [], prototypes: prototype.prototypes.map(stripNames) };
}
