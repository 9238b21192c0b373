import path from 'node:path';
import type TS from 'typescript';
import { ts } from '../typescript.ts';
import * as lua from 'typescript-to-lua';
import { normalise } from '../project.ts';

/**
 * Mark a string constant that stands for the device name of a module; a NUL cannot come from a source by accident.
 * `opaque` where the module that is loaded by that name is not known to be used by the type of its exports.
 */
const marker = '\0module:';
const opaqueMarker = '\0opaque:';

/** `$module('./status.ts')`: a constant that later becomes the flat name of that module. */
export const moduleNames: lua.Plugin = {
  visitors: {
    [ts.SyntaxKind.CallExpression]: (node, context) => {
      const [argument] = node.arguments;
      if (!ts.isIdentifier(node.expression) || node.expression.text !== '$module' || !argument) {
        return context.superTransformExpression(node);
      }
      const target = ts.isStringLiteral(argument) ? resolve(context, argument.text) : undefined;
      if (!target) context.diagnostics.push(noSuchModule(argument));
      const prefix = target === undefined || isTransparent(context, node, target) ? marker : opaqueMarker;
      return lua.createStringLiteral(`${prefix}${target ?? ''}`, node);
    },
  },
};

/**
 * Whether a name is used as `load<typeof import('./x.ts')>($module('./x.ts'))`, so that all uses of the exports can be
 * seen, or as `luaPackage.loaded[$module('./x.ts')] = undefined`.
 */
function isTransparent(context: lua.TransformationContext, node: TS.CallExpression, target: string): boolean {
  const { parent } = node;
  if (ts.isCallExpression(parent) && parent.arguments[0] === node) {
    const declaration = context.checker.getTypeAtLocation(parent).getSymbol()?.valueDeclaration;
    return declaration !== undefined && ts.isSourceFile(declaration) && declaration.fileName === target;
  }
  if (!ts.isElementAccessExpression(parent) || !ts.isBinaryExpression(parent.parent)) return false;
  const { left, operatorToken, right } = parent.parent;
  return (
    left === parent &&
    operatorToken.kind === ts.SyntaxKind.EqualsToken &&
    ts.isIdentifier(right) &&
    right.text === 'undefined'
  );
}

/** The source file that a constant made by `$module` stands for, or undefined for any other constant. */
export function namedModule(literal: lua.StringLiteral): string | undefined {
  return opaqueModule(literal) ?? afterPrefix(literal, marker);
}

/** The same, if nobody can tell which of the module's exports are used. */
export function opaqueModule(literal: lua.StringLiteral): string | undefined {
  return afterPrefix(literal, opaqueMarker);
}

function afterPrefix({ value }: lua.StringLiteral, prefix: string): string | undefined {
  return value.startsWith(prefix) ? value.slice(prefix.length) : undefined;
}

function resolve(context: lua.TransformationContext, specifier: string): string | undefined {
  const file = normalise(path.resolve(path.dirname(context.sourceFile.fileName), specifier));
  return context.program.getSourceFile(file)?.fileName;
}

function noSuchModule(argument: TS.Expression): TS.Diagnostic {
  return {
    category: ts.DiagnosticCategory.Error,
    code: 190_001,
    file: argument.getSourceFile(),
    start: argument.getStart(),
    length: argument.getWidth(),
    messageText: `$module needs the path of a TypeScript module of this project, relative to this file: ${argument.getText()}`,
  };
}
