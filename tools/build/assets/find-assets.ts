import path from 'node:path';
import ts from 'typescript';
import { normalise } from '../project.ts';

/** `$asset('path')` in a source file: where, and which file it names. */
export interface AssetCall {
  node: ts.CallExpression;
  source: string;
}

/** The file that `$asset('path')` names, or undefined for any other call. */
export function namedAsset(node: ts.CallExpression): string | undefined {
  const [argument] = node.arguments;
  if (!ts.isIdentifier(node.expression) || node.expression.text !== '$asset') return undefined;
  if (!argument || !ts.isStringLiteral(argument)) return undefined;
  return normalise(path.resolve(path.dirname(ts.getOriginalNode(node).getSourceFile().fileName), argument.text));
}

/** All `$asset` calls of a program's own modules. */
export function findAssets(program: ts.Program): AssetCall[] {
  const calls: AssetCall[] = [];
  const visit = (node: ts.Node): void => {
    const source = ts.isCallExpression(node) ? namedAsset(node) : undefined;
    if (source !== undefined) calls.push({ node: node as ts.CallExpression, source });
    ts.forEachChild(node, visit);
  };
  for (const file of program.getSourceFiles()) {
    if (!file.isDeclarationFile && file.text.includes('$asset(')) visit(file);
  }
  return calls;
}
