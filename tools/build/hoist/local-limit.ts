import * as lua from 'typescript-to-lua';
import { become } from '../lua-ast/become.ts';
import { type Binding, type Scopes, resolveScopes } from '../lua-ast/scopes.ts';
import { walkLua } from '../lua-ast/walk.ts';
import { mostAlive, mostLocals } from './alive.ts';
import type { Segment } from './merge.ts';

/**
 * The statements of a chunk, with no more than 50 locals alive at once. When there are more, modules with many locals of
 * their own get a `do` block for them, and if that is not enough, the least used shared locals become fields of a table.
 */
export function withinLimit(segments: readonly Segment[], tableName: string): Segment[] {
  const flat = (list: readonly Segment[]): lua.Statement[] => list.flatMap((segment) => segment.statements);
  if (mostAlive(flat(segments)) <= mostLocals) return [...segments];
  const enclosed = encloseSegments(segments);
  const excess = mostAlive(flat(enclosed)) - mostLocals;
  if (excess <= 0) return enclosed;
  return [moveToTable(segments, tableName, excess + 1), ...encloseSegments(segments)];
}

/** Puts what belongs to one module alone into a block; what others use is declared before the block. */
function encloseSegments(segments: readonly Segment[]): Segment[] {
  const { scopes, users } = usersOfLocals(segments);
  return segments.map((segment, i) => {
    const isLast = i === segments.length - 1;
    const own = scopes.topLevel.filter((binding) => users.get(binding)?.[0] === segment);
    const shared = own.filter((binding) => (users.get(binding)?.length ?? 0) > 1);
    if (isLast || own.length - shared.length < 2) return segment;
    return { fileName: segment.fileName, statements: enclose(segment, new Set(shared.map((b) => b.declaration))) };
  });
}

function enclose(segment: Segment, shared: ReadonlySet<lua.Identifier>): lua.Statement[] {
  const inside = segment.statements.flatMap((statement): lua.Statement[] => {
    if (!lua.isVariableDeclarationStatement(statement)) return [statement];
    const isOut = statement.left.map((name) => shared.has(name));
    if (!isOut.some(Boolean)) return [statement];
    if (!statement.right) return isOut.every(Boolean) ? [] : [keepPrivate(statement, isOut)];
    return [
      ...(isOut.every(Boolean) ? [] : [keepPrivate({ ...statement, right: [] }, isOut)]),
      asAssignment(statement),
    ];
  });
  const declared = [...shared].map((identifier) => lua.createIdentifier(identifier.text));
  const block = lua.createDoStatement(inside);
  return declared.length > 0 ? [lua.createVariableDeclarationStatement(declared), block] : [block];
}

function keepPrivate(statement: lua.VariableDeclarationStatement, isOut: readonly boolean[]): lua.Statement {
  return lua.createVariableDeclarationStatement(statement.left.filter((_, i) => !isOut[i]));
}

function asAssignment(statement: lua.VariableDeclarationStatement): lua.Statement {
  const assignment = lua.createAssignmentStatement(statement.left, statement.right);
  const { line, column } = statement;
  return Object.assign(assignment, line !== undefined && { line }, column !== undefined && { column });
}

/** Turns the shared locals that are used least into fields of one table; returns its declaration. */
function moveToTable(segments: readonly Segment[], tableName: string, count: number): Segment {
  const { scopes, users } = usersOfLocals(segments);
  const shared = scopes.topLevel.filter((binding) => (users.get(binding)?.length ?? 0) > 1);
  shared.sort((a, b) => a.identifiers.length - b.identifiers.length);
  const moved = new Set(shared.slice(0, count));
  for (const segment of segments) {
    segment.statements = segment.statements.map((statement) => {
      const first = lua.isVariableDeclarationStatement(statement) ? statement.left[0] : undefined;
      const binding = first && scopes.bindingOf.get(first);
      if (!binding || !moved.has(binding) || !lua.isVariableDeclarationStatement(statement)) return statement;
      return statement.right ? asAssignment(statement) : lua.createDoStatement([]);
    });
  }
  for (const binding of moved) {
    for (const identifier of binding.identifiers) {
      const name = lua.createStringLiteral(identifier.text);
      become(identifier, lua.createTableIndexExpression(lua.createIdentifier(tableName), name));
    }
  }
  const table = lua.createVariableDeclarationStatement(lua.createIdentifier(tableName), lua.createTableExpression());
  return { fileName: segments[0]?.fileName ?? '', statements: [table] };
}

/** The segments that mention each local of the chunk; the first is the one that declares it. */
function usersOfLocals(segments: readonly Segment[]): { scopes: Scopes; users: Map<Binding, Segment[]> } {
  const scopes = resolveScopes(segments.flatMap((segment) => segment.statements));
  const users = new Map<Binding, Segment[]>();
  for (const segment of segments) {
    for (const statement of segment.statements) {
      walkLua(statement, (node) => {
        const binding = lua.isIdentifier(node) ? scopes.bindingOf.get(node) : undefined;
        if (!binding?.isTopLevel) return;
        const known = users.get(binding);
        if (!known) users.set(binding, [segment]);
        else if (!known.includes(segment)) known.push(segment);
      });
    }
  }
  return { scopes, users };
}
