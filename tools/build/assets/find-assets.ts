import path from 'node:path';
import type TS from 'typescript';
import { ts } from '../typescript.ts';
import { normalise } from '../project.ts';

/** `$asset('path')` in a source file: where, and which file it names. */
export interface AssetCall {
  node: TS.CallExpression;
  source: string;
}

/** The file that `$asset('path')` names, or undefined for any other call. */
export function namedAsset(node: TS.CallExpression): string | undefined {
  const [argument] = node.arguments;
  if (!ts.isIdentifier(node.expression) || node.expression.text !== '$asset') return undefined;
  if (!argument || !ts.isStringLiteral(argument)) return undefined;
  return normalise(path.resolve(path.dirname(ts.getOriginalNode(node).getSourceFile().fileName), argument.text));
}

/** All `$asset` calls of a program's own modules. */
export function findAssets(program: TS.Program): AssetCall[] {
  const calls: AssetCall[] = [];
  const visit = (node: TS.Node): void => {
    const source = ts.isCallExpression(node) ? namedAsset(node) : undefined;
    if (source !== undefined) calls.push({ node: node as TS.CallExpression, source });
    ts.forEachChild(node, visit);
  };
  for (const file of program.getSourceFiles()) {
    if (!file.isDeclarationFile && file.text.includes('$asset(')) visit(file);
  }
  return calls;
}
