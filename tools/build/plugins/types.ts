import type TS from 'typescript';
import { ts } from '../typescript.ts';
import type { TransformationContext } from 'typescript-to-lua';

const stringLike: number = ts.TypeFlags.StringLike;
const stringOrNumber: number = ts.TypeFlags.StringLike | ts.TypeFlags.NumberLike;

/** Whether an expression is surely a string. */
export function isString(context: TransformationContext, node: TS.Expression): boolean {
  return isAlways(context.checker.getTypeAtLocation(node), stringLike, context.checker);
}

/** Whether Lua's `..` takes an expression as it is: surely a string or a number. */
export function isConcatenable(context: TransformationContext, node: TS.Expression): boolean {
  return isAlways(context.checker.getTypeAtLocation(node), stringOrNumber, context.checker);
}

function isAlways(type: TS.Type, flags: number, checker: TS.TypeChecker): boolean {
  if ((type.flags & flags) !== 0) return true;
  if (type.isUnion()) return type.types.every((member) => isAlways(member, flags, checker));
  // A branded string is an intersection; a type parameter is what it extends.
  if (type.isIntersection()) return type.types.some((member) => isAlways(member, flags, checker));
  const constraint = type.isTypeParameter() ? checker.getBaseConstraintOfType(type) : undefined;
  return constraint !== undefined && isAlways(constraint, flags, checker);
}
