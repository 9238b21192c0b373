import * as lua from 'typescript-to-lua';
import { type Binding, type Scopes, resolveScopes } from '../lua-ast/scopes.ts';
import { walkLua } from '../lua-ast/walk.ts';
import { mostAlive, mostLocals } from './alive.ts';
import { type CallSite, findCallSites, isWholeCall } from './call-site.ts';
import { type Callee, Inliner } from './inliner.ts';
import type { Segment } from './merge.ts';
import { NamePool } from './names.ts';
import { returnShape } from './returns.ts';

/** Upvalues that a function may get; the device allows 60. */
const mostUpvalues = 55;

/**
 * Puts functions that are called in one place only into that place: a function costs about 190 bytes of heap before its
 * first instruction, and 40 more when it is an upvalue.
 */
export function inlineCalls(segments: readonly Segment[]): void {
  while (inlineSome(segments));
}

/** One round: a function that has changed waits for the next one, when its names have been resolved again. */
function inlineSome(segments: readonly Segment[]): boolean {
  const statements = segments.flatMap((segment) => segment.statements);
  const scopes = resolveScopes(statements);
  const callees = findCallees(segments, scopes);
  if (callees.size === 0) return false;
  const sites = findCallSites(
    segments.map((segment) => segment.statements),
    callees,
  );
  const round = { statements, scopes, pool: poolOf(statements) };
  const changed = new Set<lua.Node>();
  for (const [name, callee] of callees) {
    const site = sites.get(name);
    const touched = site && [callee.fn, callee.declaration, site.caller ?? site.around, site.around];
    if (!touched || touched.some((node) => changed.has(node)) || callee.declaration === site.around) continue;
    if (!inlineExpression(callee, site, round) && !inlineBody(callee, site, round)) continue;
    removeDeclaration(callee);
    for (const node of touched) changed.add(node);
  }
  return changed.size > 0;
}

/** The chunk as it is in one round. */
interface Round {
  statements: readonly lua.Statement[];
  scopes: Scopes;
  /** Knows every name in it. */
  pool: NamePool;
}

function poolOf(statements: readonly lua.Statement[]): NamePool {
  const pool = new NamePool();
  for (const statement of statements) {
    walkLua(statement, (node) => {
      if (lua.isIdentifier(node)) pool.reserve([node.text]);
    });
  }
  return pool;
}

/** Puts a function that only returns an expression into any place, if its arguments have no effects. */
function inlineExpression(callee: Callee, site: CallSite, { scopes, pool }: Round): boolean {
  const value = returnedExpression(callee.fn);
  if (!value || (site.isStatement && !lua.isCallExpression(value))) return false;
  const inliner = new Inliner(callee, site, scopes, pool);
  if (!inliner.takesNoLocals()) return false;
  inliner.replaceExpression(value);
  return true;
}

function inlineBody(callee: Callee, site: CallSite, round: Round): boolean {
  if (!site.leads || !canInline(callee, site, round)) return false;
  new Inliner(callee, site, round.scopes, round.pool).replaceStatement(site.leads);
  return true;
}

function returnedExpression({ body }: lua.FunctionExpression): lua.Expression | undefined {
  const [only, ...more] = body.statements;
  if (!only || more.length > 0 || !lua.isReturnStatement(only) || only.expressions.length !== 1) return undefined;
  return only.expressions[0];
}

function removeDeclaration({ segment, declaration }: Callee): void {
  // In place: the sites of other calls refer to this list.
  segment.statements.splice(segment.statements.indexOf(declaration), 1);
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

function canInline({ fn }: Callee, site: CallSite, { statements, scopes }: Round): boolean {
  const { caller, call, leads } = site;
  const isReturned = leads && lua.isReturnStatement(leads.statement) && isWholeCall(leads.statement, call);
  if (!isReturned && returnShape(fn.body.statements) === 'in loop') return false;
  const alive = caller ? mostAlive(caller.body.statements) + (caller.params?.length ?? 0) : mostAlive(statements);
  if (alive + mostAlive(fn.body.statements) + (fn.params?.length ?? 0) + 1 > mostLocals) return false;
  return !caller || upvaluesOf([caller, fn], scopes).size <= mostUpvalues;
}

function upvaluesOf(functions: readonly lua.FunctionExpression[], scopes: Scopes): Set<Binding> {
  const own = new Set<lua.Node>();
  for (const fn of functions) walkLua(fn, (node) => own.add(node));
  const used = [...own].flatMap((node) => (lua.isIdentifier(node) ? (scopes.bindingOf.get(node) ?? []) : []));
  return new Set(used.filter((binding) => !own.has(binding.declaration)));
}
