import * as lua from 'typescript-to-lua';
import { childNodes, walkLua } from '../lua-ast/walk.ts';

/** Where a function is called. */
export interface CallSite {
  call: lua.CallExpression;
  /** The statement of the chunk that contains the call. */
  around: lua.Statement;
  /** The function that contains it; undefined for the chunk itself. */
  caller: lua.FunctionExpression | undefined;
  /** The call is a statement of its own. */
  isStatement: boolean;
  /** The statement that begins with the call, so that others can be put in front of it, and the list that holds it. */
  leads: { statement: lua.Statement; list: lua.Statement[] } | undefined;
}

/** Where the functions are called whose names are in `wanted`, by the identifier of the call. */
export function findCallSites(
  lists: readonly lua.Statement[][],
  wanted: { has: (name: lua.Node) => boolean },
): Map<lua.Node, CallSite> {
  const sites = new Map<lua.Node, CallSite>();
  const leading = new Map<lua.Node, CallSite['leads']>();
  const visit = (node: lua.Node, around: lua.Statement, caller: CallSite['caller'], parent?: lua.Node): void => {
    if (lua.isCallExpression(node) && wanted.has(node.expression)) {
      const isStatement = parent !== undefined && lua.isExpressionStatement(parent);
      sites.set(node.expression, { call: node, around, caller, isStatement, leads: leading.get(node) });
    }
    if (lua.isBlock(node) || lua.isDoStatement(node)) note(node.statements);
    const inside = lua.isFunctionExpression(node) ? node : caller;
    for (const child of childNodes(node)) visit(child, around, inside, node);
  };
  const note = (list: lua.Statement[]): void => {
    for (const statement of list) {
      const call = leadingCall(statement);
      if (call) leading.set(call, { statement, list });
    }
  };
  for (const list of lists) {
    note(list);
    for (const statement of list) visit(statement, statement, undefined);
  }
  return sites;
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
function leadingCall(statement: lua.Statement): lua.CallExpression | undefined {
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
