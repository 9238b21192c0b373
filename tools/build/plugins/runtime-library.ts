import type TS from 'typescript';
import { ts } from '../typescript.ts';
import * as lua from 'typescript-to-lua';

/**
 * Refuses what would pull in typescript-to-lua's runtime library, and names the construct that asks for it. Every
 * construct that can is visited; the innermost one whose compilation grows the set of features is to blame.
 */
export const noRuntimeLibrary: lua.Plugin = {
  visitors: Object.fromEntries(
    [
      ts.SyntaxKind.SourceFile,
      ts.SyntaxKind.ArrayLiteralExpression,
      ts.SyntaxKind.ArrowFunction,
      ts.SyntaxKind.AwaitExpression,
      ts.SyntaxKind.BinaryExpression,
      ts.SyntaxKind.CallExpression,
      ts.SyntaxKind.ClassDeclaration,
      ts.SyntaxKind.ClassExpression,
      ts.SyntaxKind.DeleteExpression,
      ts.SyntaxKind.ElementAccessExpression,
      ts.SyntaxKind.ExpressionStatement,
      ts.SyntaxKind.ForInStatement,
      ts.SyntaxKind.ForOfStatement,
      ts.SyntaxKind.FunctionDeclaration,
      ts.SyntaxKind.FunctionExpression,
      ts.SyntaxKind.Identifier,
      ts.SyntaxKind.NewExpression,
      ts.SyntaxKind.ObjectLiteralExpression,
      ts.SyntaxKind.PostfixUnaryExpression,
      ts.SyntaxKind.PrefixUnaryExpression,
      ts.SyntaxKind.PropertyAccessExpression,
      ts.SyntaxKind.ReturnStatement,
      ts.SyntaxKind.SpreadElement,
      ts.SyntaxKind.TaggedTemplateExpression,
      ts.SyntaxKind.TemplateExpression,
      ts.SyntaxKind.ThrowStatement,
      ts.SyntaxKind.TryStatement,
      ts.SyntaxKind.TypeOfExpression,
      ts.SyntaxKind.VariableStatement,
      ts.SyntaxKind.YieldExpression,
    ].map((kind) => [kind, { transform: blame, priority: Infinity }]),
  ),
};

const blamed = new WeakMap<lua.TransformationContext, Set<string>>();

function blame(node: TS.Node, context: lua.TransformationContext): lua.Node[] {
  const known = blamed.get(context) ?? new Set();
  blamed.set(context, known);
  const result = context.superTransformNode(node);
  if (context.usedLuaLibFeatures.size === known.size) return result;
  const fresh = [...context.usedLuaLibFeatures].filter((feature) => !known.has(feature));
  for (const feature of fresh) known.add(feature);
  context.diagnostics.push(needsRuntime(node, fresh.join(', ')));
  return result;
}

function needsRuntime(node: TS.Node, features: string): TS.Diagnostic {
  const original = ts.getOriginalNode(node);
  const file = original.getSourceFile();
  const text = original.getText().split('\n')[0]?.slice(0, 60) ?? '';
  return {
    category: ts.DiagnosticCategory.Error,
    code: runtimeLibraryCode,
    file,
    start: original.getStart(),
    length: original.getWidth(),
    messageText: `needs the compiler's runtime library (${features}), which the board has no room for: ${text}`,
  };
}

/** The diagnostic's number, for the table of cures. */
export const runtimeLibraryCode = 190_002;
