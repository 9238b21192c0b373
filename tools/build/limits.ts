import { type Prototype, allPrototypes } from '../bytecode/chunk.ts';
import { mostLocals } from './hoist/alive.ts';

/** LUAI_MAXUPVALUES of NodeMCU. */
const mostUpvalues = 60;

/** A function that the device's own compiler would refuse. */
export interface LimitBreach {
  /** Line of the Lua chunk. */
  line: number;
  message: string;
  cure: string;
}

/**
 * What NodeMCU's compiler would refuse and stock Lua's, which allows 200 locals, did not. The prototype must still have
 * its names: the ranges of locals are found there.
 */
export function findBreaches(chunk: Prototype): LimitBreach[] {
  return [...allPrototypes(chunk)].flatMap((prototype) => {
    const breaches: LimitBreach[] = [];
    const name = prototype.lineDefined === 0 ? 'the module itself' : 'a function';
    const crowded = crowdedAt(prototype);
    if (crowded !== undefined) {
      breaches.push({
        line: prototype.lines[Math.max(0, crowded - 1)] ?? prototype.lineDefined,
        message: `${name} has more than ${mostLocals} local variables at once, the most that NodeMCU allows`,
        cure: 'put some of them into a table, or split the function or the module',
      });
    }
    if (prototype.upvalueCount > mostUpvalues) {
      breaches.push({
        line: prototype.lineDefined,
        message: `${name} uses ${prototype.upvalueCount} variables from outside; NodeMCU allows ${mostUpvalues}`,
        cure: 'put some of them into a table',
      });
    }
    return breaches;
  });
}

/** The instruction at which there are too many active locals. */
function crowdedAt(prototype: Prototype): number | undefined {
  const ends: number[] = [];
  for (const { startPc, endPc } of prototype.locals) {
    // A local that ends where this one starts is gone, unless both end there: then this is the last of a function.
    const isGone = (end: number): boolean => end < startPc || (end === startPc && endPc > startPc);
    while (isGone(ends.at(-1) ?? Infinity)) ends.pop();
    ends.push(endPc);
    if (ends.length > mostLocals) return startPc;
  }
  return undefined;
}
