import * as lua from 'typescript-to-lua';
import { walkLua } from '../lua-ast/walk.ts';

/** Where a function is called, in a place that statements can be put in front of. */
export interface CallSite {
  call: lua.CallExpression;
  statement: lua.Statement;
  /** The list that holds the statement. */
  list: lua.Statement[];
}

/** Every list of statements in a chunk, those of functions included. */
export function statementLists(statements: lua.Statement[]): lua.Statement[][] {
  const lists = [statements];
  for (const statement of statements) {
    walkLua(statement, (node) => {
      if (lua.isBlock(node) || lua.isDoStatement(node)) lists.push(node.statements);
    });
  }
  return lists;
}

/** The call of a function of its own name that a statement begins with, before anything that could be changed by it. */
export function leadingCall(statement: lua.Statement): lua.CallExpression | undefined {
  if (lua.isExpressionStatement(statement)) return ownCall(statement.expression);
  if (lua.isReturnStatement(statement)) return leadingOfOnly(statement.expressions);
  if (lua.isIfStatement(statement)) return leading(statement.condition);
  if (lua.isVariableDeclarationStatement(statement)) return leadingOfOnly(statement.right ?? []);
  if (!lua.isAssignmentStatement(statement) || !statement.left.every((target) => lua.isIdentifier(target)))
    return undefined;
  return leadingOfOnly(statement.right);
}

function leadingOfOnly(expressions: readonly lua.Expression[]): lua.CallExpression | undefined {
  const [only] = expressions;
  return only && expressions.length === 1 ? leading(only) : undefined;
}

/** Goes down to what is evaluated first. */
function leading(e: lua.Expression): lua.CallExpression | undefined {
  if (lua.isBinaryExpression(e)) return leading(e.left);
  if (lua.isUnaryExpression(e)) return leading(e.operand);
  if (lua.isParenthesizedExpression(e)) return leading(e.expression);
  if (lua.isTableIndexExpression(e)) return leading(e.table);
  if (lua.isMethodCallExpression(e)) return leading(e.prefixExpression);
  return ownCall(e);
}

function ownCall(e: lua.Expression): lua.CallExpression | undefined {
  return lua.isCallExpression(e) && lua.isIdentifier(e.expression) ? e : undefined;
}

/** Whether a value is what a call gives and nothing is done with it. */
export function isWholeCall(statement: lua.Statement, call: lua.CallExpression): boolean {
  if (lua.isExpressionStatement(statement)) return statement.expression === call;
  if (lua.isReturnStatement(statement)) return statement.expressions[0] === call;
  if (lua.isVariableDeclarationStatement(statement) || lua.isAssignmentStatement(statement))
    return statement.right?.[0] === call;
  return false;
}
