import * as lua from 'typescript-to-lua';

/** How the `return`s of a function lie in it. */
export type ReturnShape =
  /** None, or one as the last statement. */
  | 'last'
  /** Several, none inside a loop, so that `break` can leave in their stead. */
  | 'early'
  | 'in loop';

export function returnShape(body: readonly lua.Statement[]): ReturnShape {
  const last = body.at(-1);
  const rest = last && lua.isReturnStatement(last) ? body.slice(0, -1) : body;
  const found = rest.map((statement) => returnsIn(statement, false));
  if (found.includes('in loop')) return 'in loop';
  return found.includes('early') ? 'early' : 'last';
}

function returnsIn(s: lua.Statement, isInLoop: boolean): ReturnShape | undefined {
  if (lua.isReturnStatement(s)) return isInLoop ? 'in loop' : 'early';
  const found = innerLists(s).flatMap((list) => list.map((inner) => returnsIn(inner, isInLoop || isLoop(s))));
  return found.includes('in loop') ? 'in loop' : found.find((shape) => shape !== undefined);
}

function isLoop(s: lua.Statement): boolean {
  return lua.isWhileStatement(s) || lua.isRepeatStatement(s) || lua.isForStatement(s) || lua.isForInStatement(s);
}

/** The lists of statements directly inside one, those of functions not counted. */
function innerLists(s: lua.Statement): lua.Statement[][] {
  if (lua.isDoStatement(s)) return [s.statements];
  if (lua.isWhileStatement(s) || lua.isRepeatStatement(s) || lua.isForStatement(s) || lua.isForInStatement(s))
    return [s.body.statements];
  if (!lua.isIfStatement(s)) return [];
  const otherwise = !s.elseBlock
    ? []
    : lua.isIfStatement(s.elseBlock)
      ? innerLists(s.elseBlock)
      : [s.elseBlock.statements];
  return [s.ifBlock.statements, ...otherwise];
}

/**
 * A function's statements such that they leave their results in `targets` instead of returning them; `areSet` when the
 * targets hold something else than nil before.
 */
export function withoutReturns(
  body: readonly lua.Statement[],
  targets: readonly lua.Identifier[],
  areSet: boolean,
): lua.Statement[] {
  const shape = returnShape(body);
  const give = (s: lua.ReturnStatement): lua.Statement[] => results(s, targets, areSet);
  const last = body.at(-1);
  const ends = last !== undefined && lua.isReturnStatement(last);
  const plain = ends ? [...body.slice(0, -1), ...give(last)] : [...body, ...(areSet ? nothing(targets) : [])];
  if (shape === 'last') return plain;
  replaceReturns(plain, give);
  return [lua.createRepeatStatement(lua.createBlock(plain), lua.createBooleanLiteral(true))];
}

function replaceReturns(list: lua.Statement[], give: (s: lua.ReturnStatement) => lua.Statement[]): void {
  const last = list.at(-1);
  if (last && lua.isReturnStatement(last)) list.splice(-1, 1, ...give(last), lua.createBreakStatement());
  for (const s of list) for (const inner of innerLists(s)) replaceReturns(inner, give);
}

function results(s: lua.ReturnStatement, targets: readonly lua.Identifier[], areSet: boolean): lua.Statement[] {
  if (s.expressions.length === 0) return areSet ? nothing(targets) : [];
  const [only] = s.expressions;
  if (targets.length === 0 && s.expressions.length === 1 && only) {
    if (lua.isCallExpression(only) || lua.isMethodCallExpression(only))
      return [placed(lua.createExpressionStatement(only), s)];
    if (lua.isLiteral(only) || lua.isIdentifier(only)) return [];
  }
  if (targets.length === 0)
    return [placed(lua.createVariableDeclarationStatement(lua.createAnonymousIdentifier(), s.expressions), s)];
  return [placed(lua.createAssignmentStatement(copies(targets), s.expressions), s)];
}

function nothing(targets: readonly lua.Identifier[]): lua.Statement[] {
  return targets.length === 0 ? [] : [lua.createAssignmentStatement(copies(targets), lua.createNilLiteral())];
}

function copies(targets: readonly lua.Identifier[]): lua.Identifier[] {
  return targets.map((target) => lua.createIdentifier(target.text));
}

function placed<T extends lua.Statement>(statement: T, { line, column }: lua.Node): T {
  return Object.assign(statement, line !== undefined && { line }, column !== undefined && { column });
}
