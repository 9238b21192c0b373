import * as lua from 'typescript-to-lua';

/** LUAI_MAXVARS of NodeMCU: locals that one function may have at the same time. */
export const mostLocals = 50;

/** Locals that a loop keeps for itself: `(for index)` and its kin. */
const hiddenInLoop = 3;

/** The most locals that are alive at once in a list of statements, those of inner functions not counted. */
export function mostAlive(statements: readonly lua.Statement[]): number {
  let alive = 0;
  let most = 0;
  for (const statement of statements) {
    if (lua.isVariableDeclarationStatement(statement)) alive += statement.left.length;
    most = Math.max(most, alive, alive + aliveInside(statement));
  }
  return most;
}

function aliveInside(s: lua.Statement): number {
  if (lua.isDoStatement(s)) return mostAlive(s.statements);
  if (lua.isWhileStatement(s) || lua.isRepeatStatement(s)) return mostAlive(s.body.statements);
  if (lua.isForStatement(s)) return hiddenInLoop + 1 + mostAlive(s.body.statements);
  if (lua.isForInStatement(s)) return hiddenInLoop + s.names.length + mostAlive(s.body.statements);
  if (lua.isIfStatement(s)) return aliveInBranches(s);
  return 0;
}

function aliveInBranches(s: lua.IfStatement): number {
  const otherwise = !s.elseBlock
    ? 0
    : lua.isIfStatement(s.elseBlock)
      ? aliveInBranches(s.elseBlock)
      : mostAlive(s.elseBlock.statements);
  return Math.max(mostAlive(s.ifBlock.statements), otherwise);
}
