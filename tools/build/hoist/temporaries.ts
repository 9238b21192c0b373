import * as lua from 'typescript-to-lua';
import { become } from '../lua-ast/become.ts';
import { type Binding, type Scopes, resolveScopes } from '../lua-ast/scopes.ts';
import { statementLists } from './call-site.ts';
import type { Segment } from './merge.ts';

/** A local that typescript-to-lua made up and that stands for something else that never changes. */
interface Temporary {
  binding: Binding;
  statement: lua.VariableDeclarationStatement;
  list: lua.Statement[];
  value: lua.Expression;
  /** The declaration of what it stands for; undefined for a constant. */
  source: lua.Identifier | undefined;
}

/**
 * Removes temporaries: `local t, k = record, "count" t[k] = t[k] + 1` is `record.count = record.count + 1` when the
 * record stays the same.
 */
export function removeTemporaries(segments: readonly Segment[]): void {
  const scopes = resolveAll(segments);
  const found = segments.flatMap((segment) =>
    statementLists(segment.statements).flatMap((list) =>
      list.flatMap((statement) => temporariesOf(statement, list, scopes)),
    ),
  );
  if (found.length === 0) return;
  for (const { binding, value } of found) {
    for (const use of binding.identifiers.slice(1)) become(use, { ...value });
  }
  const after = resolveAll(segments);
  for (const temporary of found) {
    const { binding, source } = temporary;
    const uses = binding.identifiers.slice(1);
    // Between the two, something else may have taken the name.
    const isSame = source === undefined || uses.every((use) => after.bindingOf.get(use)?.declaration === source);
    if (isSame) removeName(temporary);
    else for (const use of uses) use.text = binding.declaration.text;
  }
}

function resolveAll(segments: readonly Segment[]): Scopes {
  return resolveScopes(segments.flatMap((segment) => segment.statements));
}

function temporariesOf(statement: lua.Statement, list: lua.Statement[], scopes: Scopes): Temporary[] {
  if (!lua.isVariableDeclarationStatement(statement)) return [];
  const { left, right } = statement;
  if (right?.length !== left.length) return [];
  return left.flatMap((name, i): Temporary[] => {
    const binding = scopes.bindingOf.get(name);
    const value = right[i];
    if (!binding || !value || binding.isTopLevel || binding.writes > 0 || !/^____\w/.test(name.text)) return [];
    if (isConstant(value)) return [{ binding, statement, list, value, source: undefined }];
    const source = lua.isIdentifier(value) ? scopes.bindingOf.get(value) : undefined;
    if (!source || source.writes > 0) return [];
    // A local copy of an upvalue that is used twice saves fetching it twice.
    const isWorth = source.depth === binding.depth || binding.identifiers.length <= 2;
    return isWorth ? [{ binding, statement, list, value, source: source.declaration }] : [];
  });
}

function isConstant(value: lua.Expression): boolean {
  return lua.isStringLiteral(value) || lua.isBooleanLiteral(value) || (lua.isNumericLiteral(value) && value.value >= 0);
}

function removeName({ statement, list, binding, value }: Temporary): void {
  statement.left = statement.left.filter((name) => name !== binding.declaration);
  statement.right = statement.right?.filter((other) => other !== value) ?? [];
  if (statement.left.length === 0) list.splice(list.indexOf(statement), 1);
}
