import type TS from 'typescript';
import { ts } from '../typescript.ts';
import * as lua from 'typescript-to-lua';
import { transformOrderedExpressions } from 'typescript-to-lua/dist/transformation/visitors/expression-list.js';
import { isConcatenable, isString } from './types.ts';

/**
 * Joins strings in one go. `a + b + c` is compiled as `(a .. b) .. c`, which makes a string for `a .. b` only to throw
 * it away; Lua's `..` takes any number of operands at once when they stand side by side, and numbers without
 * `tostring`. Constants that meet become one.
 */
export const flatConcatenation: lua.Plugin = {
  visitors: {
    [ts.SyntaxKind.BinaryExpression]: (node, context) =>
      isConcatenation(context, node) ? concatenate(context, node) : context.superTransformExpression(node),
    [ts.SyntaxKind.TemplateExpression]: (node, context) => concatenate(context, node),
  },
};

/** Lua's compiler nests as deep as a chain is long, 200 at most; a chain also needs a register for each operand. */
const longestChain = 100;

type Operand = string | TS.Expression;

function isConcatenation(context: lua.TransformationContext, node: TS.Node): node is TS.BinaryExpression {
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken) return false;
  return isString(context, node.left) || isString(context, node.right);
}

function concatenate(
  context: lua.TransformationContext,
  node: TS.BinaryExpression | TS.TemplateExpression,
): lua.Expression {
  const operands = [...operandsOf(context, node)];
  const expressions = operands.filter((operand) => typeof operand !== 'string');
  const compiled = transformOrderedExpressions(context, expressions);
  const parts = operands.map((operand) => {
    if (typeof operand === 'string') return lua.createStringLiteral(operand);
    const value = compiled[expressions.indexOf(operand)] ?? lua.createNilLiteral();
    return isConcatenable(context, operand) ? asConstant(value) : toString(value);
  });
  const needed = joinConstants(parts).filter((part) => !lua.isStringLiteral(part) || part.value !== '');
  if (needed.length === 1 && operands.every((operand) => typeof operand === 'string' || isString(context, operand))) {
    return needed[0] ?? lua.createStringLiteral('');
  }
  // One number alone needs a string beside it to become one.
  return chain(needed.length > 1 ? needed : [...needed, lua.createStringLiteral('')], node);
}

/** The operands in source order, those of inner concatenations included. */
function* operandsOf(context: lua.TransformationContext, node: TS.Expression): Generator<Operand> {
  const inner = ts.skipPartiallyEmittedExpressions(ts.isParenthesizedExpression(node) ? node.expression : node);
  if (ts.isParenthesizedExpression(inner)) yield* operandsOf(context, inner);
  else if (ts.isStringLiteralLike(inner)) yield inner.text;
  else if (ts.isTemplateExpression(inner)) {
    yield inner.head.text;
    for (const { expression, literal } of inner.templateSpans) {
      yield* operandsOf(context, expression);
      yield literal.text;
    }
  } else if (isConcatenation(context, inner)) {
    yield* operandsOf(context, inner.left);
    yield* operandsOf(context, inner.right);
  } else yield withoutToString(context, inner);
}

/** `tostring(n)` inside a concatenation is what `..` does anyway. */
function withoutToString(context: lua.TransformationContext, node: TS.Expression): TS.Expression {
  if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression) || node.expression.text !== 'tostring')
    return node;
  const [argument] = node.arguments;
  const isGlobal = context.checker
    .getSymbolAtLocation(node.expression)
    ?.declarations?.every((declaration) => declaration.getSourceFile().isDeclarationFile);
  return isGlobal && argument && isConcatenable(context, argument) ? argument : node;
}

function toString(value: lua.Expression): lua.Expression {
  return lua.isStringLiteral(value) ? value : lua.createCallExpression(lua.createIdentifier('tostring'), [value]);
}

/** A whole number known at build time is as good as its digits. */
function asConstant(value: lua.Expression): lua.Expression {
  return lua.isNumericLiteral(value) && Number.isSafeInteger(value.value) && Math.abs(value.value) < 1e14
    ? lua.createStringLiteral(String(value.value))
    : value;
}

function joinConstants(parts: readonly lua.Expression[]): lua.Expression[] {
  const joined: lua.Expression[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (last && lua.isStringLiteral(last) && lua.isStringLiteral(part)) {
      joined[joined.length - 1] = lua.createStringLiteral(last.value + part.value);
    } else joined.push(part);
  }
  return joined;
}

function chain(parts: readonly lua.Expression[], node: TS.Expression): lua.Expression {
  const [first = lua.createStringLiteral(''), ...rest] = parts;
  if (rest.length === 0) return first;
  if (parts.length > longestChain) {
    const head = chain(parts.slice(0, longestChain), node);
    return chain([head, ...parts.slice(longestChain)], node);
  }
  return lua.createBinaryExpression(first, chain(rest, node), lua.SyntaxKind.ConcatOperator, node);
}
