import * as lua from 'typescript-to-lua';
import { become } from '../lua-ast/become.ts';
import { type Binding, type Scopes, resolveScopes } from '../lua-ast/scopes.ts';
import { walkLua } from '../lua-ast/walk.ts';
import { requiredSpecifier } from '../module-graph.ts';
import type { Segment } from './merge.ts';

/** Puts constants where they are used and removes what nothing uses, until nothing changes any more. */
export function simplify(segments: readonly Segment[]): void {
  while (inlineValues(segments) || joinRequires(segments) || removeUnused(segments));
  for (const statement of allStatements(segments)) walkLua(statement, joinStrings);
}

/** `"a" .. "b" .. c`, as it stands when constants have been put in place, as `"ab" .. c`. */
function joinStrings(node: lua.Node): void {
  if (!isConcatenation(node) || !lua.isStringLiteral(node.left)) return;
  const { left, right } = node;
  const next = isConcatenation(right) ? right.left : right;
  if (!lua.isStringLiteral(next)) return;
  const joined = lua.createStringLiteral(left.value + next.value);
  if (!isConcatenation(right)) become(node, joined);
  else {
    become(node, lua.createBinaryExpression(joined, right.right, lua.SyntaxKind.ConcatOperator));
    joinStrings(node);
  }
}

function isConcatenation(node: lua.Node): node is lua.BinaryExpression {
  return lua.isBinaryExpression(node) && node.operator === lua.SyntaxKind.ConcatOperator;
}

function allStatements(segments: readonly Segment[]): lua.Statement[] {
  return segments.flatMap((segment) => segment.statements);
}

/** A statement that declares one local of the chunk and whose value can be left out or moved. */
interface Declaration {
  binding: Binding;
  value: lua.Expression | undefined;
}

function declarationOf(statement: lua.Statement, scopes: Scopes): Declaration | undefined {
  if (!lua.isVariableDeclarationStatement(statement) || statement.left.length !== 1) return undefined;
  if ((statement.right?.length ?? 0) > 1) return undefined;
  const binding = statement.left[0] && scopes.bindingOf.get(statement.left[0]);
  return binding && { binding, value: statement.right?.[0] };
}

/**
 * Dissolves locals that are never assigned again and stand for a constant or for another such local: a number in the
 * code needs no local, no upvalue and no instruction.
 */
function inlineValues(segments: readonly Segment[]): boolean {
  const scopes = resolveScopes(allStatements(segments));
  const dissolved = new Set<Binding>();
  for (const segment of segments) {
    segment.statements = segment.statements.filter((statement) => {
      const declaration = declarationOf(statement, scopes);
      if (!declaration?.value || declaration.binding.writes > 0) return true;
      const { value, binding } = declaration;
      const uses = binding.identifiers.slice(1);
      const source = lua.isIdentifier(value) ? scopes.bindingOf.get(value) : undefined;
      const isAlias = source?.isTopLevel === true && source.writes === 0 && !dissolved.has(source);
      if (!isAlias && !isCheapConstant(value, uses.length)) return true;
      for (const identifier of uses) become(identifier, { ...value });
      dissolved.add(binding);
      return false;
    });
  }
  return dissolved.size > 0;
}

/**
 * `local ____m = require("m") local f = ____m.f` as `local f = require("m").f` when nothing else wants the table, and
 * once only where several modules of the chunk do so.
 */
function joinRequires(segments: readonly Segment[]): boolean {
  const scopes = resolveScopes(allStatements(segments));
  const known = new Map<string, lua.Identifier>();
  for (const segment of segments) {
    const before = segment.statements.length;
    segment.statements = segment.statements.filter((statement, i) => {
      const declaration = declarationOf(statement, scopes);
      const key = declaration?.value && requireKey(declaration.value);
      if (!declaration?.value || key === undefined || declaration.binding.writes > 0) return true;
      const { binding, value } = declaration;
      const first = known.get(key);
      const table = binding.identifiers.length === 2 ? binding.identifiers[1] : undefined;
      if (table && isTableOfInitialiser(segment.statements[i + 1], table)) become(table, value);
      else if (first) for (const identifier of binding.identifiers.slice(1)) become(identifier, { ...first });
      else {
        known.set(key, binding.declaration);
        return true;
      }
      return false;
    });
    // What was found out about names is stale after a change.
    if (segment.statements.length < before) return true;
  }
  return false;
}

function requireKey(value: lua.Expression): string | undefined {
  if (!lua.isTableIndexExpression(value)) return requiredSpecifier(value);
  const module = requiredSpecifier(value.table);
  const { index } = value;
  if (module === undefined || !(lua.isStringLiteral(index) || lua.isNumericLiteral(index))) return undefined;
  return `${module}\0${index.value}`;
}

/** Whether a statement is `local x = table.field`. */
function isTableOfInitialiser(statement: lua.Statement | undefined, table: lua.Identifier): boolean {
  const value = statement && lua.isVariableDeclarationStatement(statement) ? statement.right?.[0] : undefined;
  return value !== undefined && lua.isTableIndexExpression(value) && value.table === table;
}

/** Bytes of bytecode that a local with its upvalues costs at least: what copies of a string may add up to instead. */
const bytesOfLocal = 16;

function isCheapConstant(value: lua.Expression, uses: number): boolean {
  if (lua.isBooleanLiteral(value)) return true;
  // A negative number could meet a minus sign when it is printed, and two of them begin a comment.
  if (lua.isNumericLiteral(value)) return value.value >= 0 && Number.isFinite(value.value);
  return lua.isStringLiteral(value) && (uses - 1) * (value.value.length + 2) <= bytesOfLocal;
}

/** Removes locals that nothing reachable from the chunk's actions mentions, and whose values have no effects. */
function removeUnused(segments: readonly Segment[]): boolean {
  const statements = allStatements(segments);
  const scopes = resolveScopes(statements);
  const removable = new Map<Binding, lua.Statement>();
  for (const statement of statements) {
    const declaration = declarationOf(statement, scopes);
    if (!declaration || declaration.binding.writes > 0) continue;
    if (declaration.value === undefined || isPure(declaration.value)) removable.set(declaration.binding, statement);
  }
  const kept = reachable(statements, removable, scopes);
  let changed = false;
  for (const segment of segments) {
    const before = segment.statements.length;
    segment.statements = segment.statements.filter((statement) => kept.has(statement));
    changed ||= segment.statements.length < before;
  }
  return changed;
}

function reachable(
  statements: readonly lua.Statement[],
  removable: ReadonlyMap<Binding, lua.Statement>,
  scopes: Scopes,
): Set<lua.Statement> {
  const candidates = new Set(removable.values());
  const kept = new Set<lua.Statement>();
  const waiting = statements.filter((statement) => !candidates.has(statement));
  for (let statement = waiting.pop(); statement; statement = waiting.pop()) {
    if (kept.has(statement)) continue;
    kept.add(statement);
    walkLua(statement, (node) => {
      const binding = lua.isIdentifier(node) ? scopes.bindingOf.get(node) : undefined;
      const declaring = binding && removable.get(binding);
      if (declaring && !kept.has(declaring)) waiting.push(declaring);
    });
  }
  return kept;
}

/** Whether evaluating an expression can neither fail nor change anything. */
function isPure(e: lua.Expression): boolean {
  if (lua.isFunctionExpression(e) || lua.isLiteral(e) || lua.isIdentifier(e)) return true;
  if (lua.isTableExpression(e)) return e.fields.every((f) => isPure(f.value) && (!f.key || lua.isStringLiteral(f.key)));
  if (lua.isParenthesizedExpression(e)) return isPure(e.expression);
  return false;
}
