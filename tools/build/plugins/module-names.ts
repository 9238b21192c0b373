import path from 'node:path';
import type TS from 'typescript';
import { ts } from '../typescript.ts';
import * as lua from 'typescript-to-lua';
import { normalise } from '../project.ts';

/** Marks a string constant that stands for the device name of a module; a NUL cannot come from a source by accident. */
const marker = '\0module:';

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
      return lua.createStringLiteral(`${marker}${target ?? ''}`, node);
    },
  },
};

/** The source file that a constant made by `$module` stands for, or undefined for any other constant. */
export function namedModule(literal: lua.StringLiteral): string | undefined {
  return literal.value.startsWith(marker) ? literal.value.slice(marker.length) : undefined;
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
