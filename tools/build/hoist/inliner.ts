import * as lua from 'typescript-to-lua';
import { become } from '../lua-ast/become.ts';
import type { Binding, Scopes } from '../lua-ast/scopes.ts';
import { walkLua } from '../lua-ast/walk.ts';
import { type CallSite, isWholeCall } from './call-site.ts';
import type { Segment } from './merge.ts';
import type { NamePool } from './names.ts';
import { originOf } from './origin.ts';
import { withoutReturns } from './returns.ts';

/** A function of the chunk that one place calls and nothing else mentions. */
export interface Callee {
  segment: Segment;
  declaration: lua.Statement;
  binding: Binding;
  fn: lua.FunctionExpression;
}

/** Moves one function into the place of its call. */
export class Inliner {
  private readonly callee: Callee;
  private readonly site: CallSite;
  private readonly scopes: Scopes;
  private readonly pool: NamePool;

  /** `pool` knows all names of the chunk. */
  constructor(callee: Callee, site: CallSite, scopes: Scopes, pool: NamePool) {
    this.callee = callee;
    this.site = site;
    this.scopes = scopes;
    this.pool = pool;
  }

  /** Whether no argument needs a local of its own. */
  takesNoLocals(): boolean {
    const { params = [] } = this.callee.fn;
    const given = this.site.call.params;
    return (
      params.length === given.length && params.every((name, i) => !!given[i] && this.isReplaceable(name, given[i]))
    );
  }

  replaceExpression(value: lua.Expression): void {
    this.keepNamesApart();
    this.parameters();
    become(this.site.call, value);
  }

  replaceStatement({ statement, list }: NonNullable<CallSite['leads']>): void {
    this.keepNamesApart();
    list.splice(list.indexOf(statement), 1, ...this.replacement(statement));
  }

  /** No local of the callee hides what the statement mentions, and none around the call what the callee mentions. */
  private keepNamesApart(): void {
    const [inner, outer] = [identifiersIn(this.callee.fn), identifiersIn(this.site.around)];
    const own = new Set<lua.Node>(inner);
    const bindingsIn = (identifiers: readonly lua.Identifier[]): Set<Binding> =>
      new Set(identifiers.flatMap((identifier) => this.scopes.bindingOf.get(identifier) ?? []));
    const innerTexts = new Set(inner.map(({ text }) => text));
    const outerTexts = new Set(outer.map(({ text }) => text));
    for (const binding of bindingsIn(inner)) {
      if (own.has(binding.declaration) && outerTexts.has(binding.declaration.text)) this.rename(binding);
    }
    for (const binding of bindingsIn(outer)) {
      if (!binding.isTopLevel && innerTexts.has(binding.declaration.text)) this.rename(binding);
    }
  }

  private rename(binding: Binding): void {
    const name = this.pool.take(binding.declaration.text);
    for (const identifier of binding.identifiers) identifier.text = name;
  }

  private replacement(statement: lua.Statement): lua.Statement[] {
    const { call } = this.site;
    const parameters = this.parameters();
    const body = this.callee.fn.body.statements;
    for (const inner of body) {
      if (!originOf.has(inner)) originOf.set(inner, this.callee.segment.fileName);
    }
    if (lua.isReturnStatement(statement) && isWholeCall(statement, call)) {
      const ends = body.at(-1);
      const closing = ends && lua.isReturnStatement(ends) ? [] : [lua.createReturnStatement([])];
      return [lua.createDoStatement([...parameters, ...body, ...closing])];
    }
    if (lua.isExpressionStatement(statement)) return [this.block(statement, parameters, [], false)];
    if (isWholeCall(statement, call) && lua.isVariableDeclarationStatement(statement)) {
      return [
        lua.createVariableDeclarationStatement(statement.left),
        this.block(statement, parameters, statement.left, false),
      ];
    }
    if (isWholeCall(statement, call) && lua.isAssignmentStatement(statement)) {
      return [this.block(statement, parameters, statement.left as lua.Identifier[], true)];
    }
    return this.throughLocal(statement, parameters);
  }

  /** The result is only a part of what the statement is about. */
  private throughLocal(statement: lua.Statement, parameters: readonly lua.Statement[]): lua.Statement[] {
    const { call } = this.site;
    const result = lua.createIdentifier(this.pool.take('____result'));
    const statements = [
      lua.createVariableDeclarationStatement(result),
      this.block(statement, parameters, [result], false),
      statement,
    ];
    become(call, lua.createIdentifier(result.text));
    return lua.isVariableDeclarationStatement(statement) ? statements : [lua.createDoStatement(statements)];
  }

  private block(
    site: lua.Statement,
    parameters: readonly lua.Statement[],
    targets: readonly lua.Identifier[],
    areSet: boolean,
  ): lua.Statement {
    const statements = [...parameters, ...withoutReturns(this.callee.fn.body.statements, targets, areSet)];
    for (const inner of statements.slice(parameters.length)) {
      if (!originOf.has(inner)) originOf.set(inner, this.callee.segment.fileName);
    }
    const { line, column } = site;
    const block = lua.createDoStatement(statements);
    return Object.assign(block, line !== undefined && { line }, column !== undefined && { column });
  }

  /** Declares the parameters; those that stand for a constant or for a local that never changes are replaced by it. */
  private parameters(): lua.Statement[] {
    const { params = [] } = this.callee.fn;
    const { params: given } = this.site.call;
    const declared: lua.Identifier[] = [];
    const values: lua.Expression[] = [];
    for (let i = 0; i < Math.max(params.length, given.length); i++) {
      const [name, value] = [params[i], given[i]];
      if (name && value && this.isReplaceable(name, value)) this.replaceParameter(name, value);
      else {
        if (name) declared.push(name);
        if (value) values.push(value);
      }
    }
    if (declared.length === 0 && values.length === 0) return [];
    if (declared.length === 0) declared.push(lua.createAnonymousIdentifier());
    const { line, column } = this.site.call;
    const statement = lua.createVariableDeclarationStatement(declared, values.length > 0 ? values : undefined);
    return [Object.assign(statement, line !== undefined && { line }, column !== undefined && { column })];
  }

  private isReplaceable(name: lua.Identifier, value: lua.Expression): boolean {
    if ((this.scopes.bindingOf.get(name)?.writes ?? 1) > 0) return false;
    if (lua.isIdentifier(value)) return this.scopes.bindingOf.get(value)?.writes === 0;
    return (
      lua.isStringLiteral(value) || lua.isBooleanLiteral(value) || (lua.isNumericLiteral(value) && value.value >= 0)
    );
  }

  private replaceParameter(name: lua.Identifier, value: lua.Expression): void {
    for (const use of this.scopes.bindingOf.get(name)?.identifiers.slice(1) ?? []) become(use, { ...value });
  }
}

function identifiersIn(node: lua.Node): lua.Identifier[] {
  const found: lua.Identifier[] = [];
  walkLua(node, (inner) => {
    if (lua.isIdentifier(inner)) found.push(inner);
  });
  return found;
}
