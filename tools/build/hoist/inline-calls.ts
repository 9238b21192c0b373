import * as lua from 'typescript-to-lua';
import { type Binding, type Scopes, resolveScopes } from '../lua-ast/scopes.ts';
import { containsNode, someNode, walkLua } from '../lua-ast/walk.ts';
import { mostAlive, mostLocals } from './alive.ts';
import { type CallSite, isWholeCall, leadingCall, statementLists } from './call-site.ts';
import { type Callee, Inliner } from './inliner.ts';
import type { Segment } from './merge.ts';
import { returnShape } from './returns.ts';

/** Upvalues that a function may get; the device allows 60. */
const mostUpvalues = 55;

/**
 * Puts functions that are called in one place only into that place: a function costs about 190 bytes of heap before its
 * first instruction, and 40 more when it is an upvalue.
 */
export function inlineCalls(segments: readonly Segment[]): void {
  while (inlineOne(segments));
}

function inlineOne(segments: readonly Segment[]): boolean {
  const statements = segments.flatMap((segment) => segment.statements);
  const scopes = resolveScopes(statements);
  const callees = findCallees(segments, scopes);
  if (callees.size === 0) return false;
  if (inlineExpressions(statements, callees, scopes)) return true;
  for (const segment of segments) {
    for (const list of statementLists(segment.statements)) {
      for (const statement of list) {
        const call = leadingCall(statement);
        const callee = call && callees.get(call.expression);
        if (!callee || !canInline(callee, { call, statement, list }, statements, scopes)) continue;
        new Inliner(callee, { call, statement, list }, statements, scopes).run();
        removeDeclaration(callee);
        return true;
      }
    }
  }
  return false;
}

/** Puts functions that only return an expression into any place, as long as their arguments have no effects. */
function inlineExpressions(
  statements: readonly lua.Statement[],
  callees: ReadonlyMap<lua.Node, Callee>,
  scopes: Scopes,
): boolean {
  for (const statement of statements) {
    const isDone = someNode(statement, (node) => {
      const callee = lua.isCallExpression(node) ? callees.get(node.expression) : undefined;
      if (!callee || !lua.isCallExpression(node) || containsNode(callee.fn, node)) return false;
      const value = returnedExpression(callee.fn);
      const isStatement = someNode(statement, (other) => lua.isExpressionStatement(other) && other.expression === node);
      if (!value || (isStatement && !lua.isCallExpression(value))) return false;
      const inliner = new Inliner(callee, { call: node, statement, list: [] }, statements, scopes);
      if (!inliner.takesNoLocals()) return false;
      inliner.replaceExpression(value);
      removeDeclaration(callee);
      return true;
    });
    if (isDone) return true;
  }
  return false;
}

function returnedExpression({ body }: lua.FunctionExpression): lua.Expression | undefined {
  const [only, ...more] = body.statements;
  if (!only || more.length > 0 || !lua.isReturnStatement(only) || only.expressions.length !== 1) return undefined;
  return only.expressions[0];
}

function removeDeclaration({ segment, declaration }: Callee): void {
  segment.statements = segment.statements.filter((statement) => statement !== declaration);
}

/** By the identifier that stands where each is called. */
function findCallees(segments: readonly Segment[], scopes: Scopes): Map<lua.Node, Callee> {
  const callees = new Map<lua.Node, Callee>();
  for (const segment of segments) {
    for (const declaration of segment.statements) {
      if (!lua.isVariableDeclarationStatement(declaration) || declaration.left.length !== 1) continue;
      const [name, fn] = [declaration.left[0], declaration.right?.[0]];
      const binding = name && scopes.bindingOf.get(name);
      const [, use, ...others] = binding?.identifiers ?? [];
      if (!binding || !use || others.length > 0 || binding.writes > 0) continue;
      if (fn && lua.isFunctionExpression(fn) && !fn.dots) callees.set(use, { segment, declaration, binding, fn });
    }
  }
  return callees;
}

function canInline(callee: Callee, site: CallSite, chunk: readonly lua.Statement[], scopes: Scopes): boolean {
  const { fn } = callee;
  const isReturned = lua.isReturnStatement(site.statement) && isWholeCall(site.statement, site.call);
  if (!isReturned && returnShape(fn.body.statements) === 'in loop') return false;
  const caller = enclosingFunction(chunk, site.call);
  if (caller === fn || containsNode(fn, site.call)) return false;
  const alive = caller ? mostAlive(caller.body.statements) + (caller.params?.length ?? 0) : mostAlive(chunk);
  if (alive + mostAlive(fn.body.statements) + (fn.params?.length ?? 0) + 1 > mostLocals) return false;
  return !caller || upvaluesOf([caller, fn], scopes).size <= mostUpvalues;
}

function enclosingFunction(chunk: readonly lua.Statement[], call: lua.Node): lua.FunctionExpression | undefined {
  let innermost: lua.FunctionExpression | undefined;
  for (const statement of chunk) {
    walkLua(statement, (node) => {
      if (lua.isFunctionExpression(node) && containsNode(node, call)) innermost = node;
    });
  }
  return innermost;
}

function upvaluesOf(functions: readonly lua.FunctionExpression[], scopes: Scopes): Set<Binding> {
  const own = new Set<lua.Node>();
  for (const fn of functions) walkLua(fn, (node) => own.add(node));
  const used = [...own].flatMap((node) => (lua.isIdentifier(node) ? (scopes.bindingOf.get(node) ?? []) : []));
  return new Set(used.filter((binding) => !own.has(binding.declaration)));
}
