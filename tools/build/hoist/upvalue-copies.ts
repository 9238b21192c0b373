import * as lua from 'typescript-to-lua';
import { type Binding, type Scopes, resolveScopes } from '../lua-ast/scopes.ts';
import { childNodes, walkLua } from '../lua-ast/walk.ts';
import { mostAlive, mostLocals } from './alive.ts';
import type { Segment } from './merge.ts';
import { NamePool } from './names.ts';

/** Uses from which on a copy pays: each saves an instruction of 4 bytes, the copy costs one and a register. */
const leastUses = 4;

/**
 * Gives functions that look into the same record of the chunk again and again a local copy of it: what is in a local is
 * indexed at once, an upvalue is fetched each time. Only records that are set once, so that the copy stays true.
 */
export function copyUpvalues(segments: readonly Segment[]): void {
  const statements = segments.flatMap((segment) => segment.statements);
  const scopes = resolveScopes(statements);
  const pool = new NamePool();
  const functions: lua.FunctionExpression[] = [];
  for (const statement of statements) {
    walkLua(statement, (node) => {
      if (lua.isIdentifier(node)) pool.reserve([node.text]);
      else if (lua.isFunctionExpression(node)) functions.push(node);
    });
  }
  for (const fn of functions) copyInto(fn, scopes, pool);
}

function copyInto(fn: lua.FunctionExpression, scopes: Scopes, pool: NamePool): void {
  for (const [binding, { indexed, all }] of usesIn(fn, scopes)) {
    const isFull = mostAlive(fn.body.statements) + (fn.params?.length ?? 0) + 1 >= mostLocals;
    if (indexed < leastUses || isFull) continue;
    const source = lua.createIdentifier(binding.declaration.text);
    const name = pool.take(binding.declaration.text);
    for (const use of all) use.text = name;
    fn.body.statements.unshift(lua.createVariableDeclarationStatement(lua.createIdentifier(name), source));
  }
}

/** Where a function itself, not one inside it, names locals of the chunk that are set once. */
function usesIn(fn: lua.FunctionExpression, scopes: Scopes): Map<Binding, { indexed: number; all: lua.Identifier[] }> {
  const uses = new Map<Binding, { indexed: number; all: lua.Identifier[] }>();
  const visit = (node: lua.Node, isIndexed: boolean): void => {
    if (lua.isFunctionExpression(node)) return;
    const binding = lua.isIdentifier(node) ? scopes.bindingOf.get(node) : undefined;
    if (lua.isIdentifier(node) && binding?.isTopLevel && binding.writes === 0) {
      const use = uses.get(binding) ?? { indexed: 0, all: [] };
      uses.set(binding, use);
      use.all.push(node);
      if (isIndexed) use.indexed++;
    }
    for (const child of childNodes(node)) {
      const isTable = lua.isTableIndexExpression(node) && node.table === child;
      const isSubject = lua.isMethodCallExpression(node) && node.prefixExpression === child;
      visit(child, isTable || isSubject);
    }
  };
  for (const statement of fn.body.statements) visit(statement, false);
  return uses;
}
