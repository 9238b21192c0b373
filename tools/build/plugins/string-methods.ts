import { ts } from '../typescript.ts';
import * as lua from 'typescript-to-lua';
import { isString } from './types.ts';

/**
 * `string.find(s, x)` as `s:find(x)`: a string knows its functions, so looking up the global `string` and a field in it
 * is one instruction and one constant too many.
 */
export const stringMethods: lua.Plugin = {
  visitors: {
    [ts.SyntaxKind.CallExpression]: (node, context) => {
      const result = context.superTransformExpression(node);
      const [subject] = node.arguments;
      if (!subject || ts.isSpreadElement(subject) || !isString(context, subject)) return result;
      return asMethod(result) ?? asListOfMethod(result) ?? result;
    },
  },
};

function asMethod(call: lua.Expression): lua.Expression | undefined {
  if (!lua.isCallExpression(call) || !lua.isTableIndexExpression(call.expression)) return undefined;
  const { table, index } = call.expression;
  const [subject, ...rest] = call.params;
  if (!lua.isIdentifier(table) || table.text !== 'string' || !lua.isStringLiteral(index) || !subject) return undefined;
  const method = lua.createMethodCallExpression(subject, lua.createIdentifier(index.value), rest);
  return lua.setNodePosition(method, lua.getOriginalPos(call));
}

/** A call with several results whose list is wanted is wrapped in a table. */
function asListOfMethod(list: lua.Expression): lua.Expression | undefined {
  if (!lua.isTableExpression(list) || list.fields.length !== 1) return undefined;
  const [field] = list.fields;
  const method = field && !field.key ? asMethod(field.value) : undefined;
  return method && lua.createTableExpression([lua.createTableFieldExpression(method)]);
}
