import * as lua from 'typescript-to-lua';

/** A local variable or parameter and every place that names it. */
export interface Binding {
  /** The identifier that declares it. */
  declaration: lua.Identifier;
  /** All identifiers that mean it, the declaration included, in source order. */
  identifiers: lua.Identifier[];
  /** How often it is assigned after its declaration. */
  writes: number;
  /** Declared by a statement of the chunk itself, not in a block or function inside it. */
  isTopLevel: boolean;
  /** How many functions are around its declaration. */
  depth: number;
}

/** What the names of a chunk mean. */
export interface Scopes {
  topLevel: Binding[];
  /** The binding of an identifier; none for a global. */
  bindingOf: ReadonlyMap<lua.Identifier, Binding>;
  /** Names of locals and parameters inside blocks and functions. */
  nestedNames: ReadonlySet<string>;
  globals: ReadonlySet<string>;
}

/** Resolves all names of a chunk by Lua's rules of visibility (Lua 5.1 manual, 2.6). */
export function resolveScopes(statements: readonly lua.Statement[]): Scopes {
  const resolver = new ScopeResolver();
  resolver.chunk(statements);
  return resolver;
}

class ScopeResolver implements Scopes {
  readonly topLevel: Binding[] = [];
  readonly bindingOf = new Map<lua.Identifier, Binding>();
  readonly nestedNames = new Set<string>();
  readonly globals = new Set<string>();
  private scopes: Map<string, Binding>[] = [];
  private depth = 0;

  chunk(statements: readonly lua.Statement[]): void {
    this.inScope(() => this.statements(statements));
  }

  private statements(statements: readonly lua.Statement[]): void {
    for (const statement of statements) this.statement(statement);
  }

  private block(block: lua.Block): void {
    this.inScope(() => this.statements(block.statements));
  }

  private statement(s: lua.Statement): void {
    if (lua.isVariableDeclarationStatement(s)) this.declareLocals(s);
    else if (lua.isAssignmentStatement(s)) this.assign(s);
    else if (lua.isDoStatement(s)) this.inScope(() => this.statements(s.statements));
    else if (lua.isIfStatement(s)) this.branches(s);
    else if (lua.isWhileStatement(s)) {
      this.expression(s.condition);
      this.block(s.body);
    } else if (lua.isRepeatStatement(s)) {
      // The condition of `until` sees the locals of the body.
      this.inScope(() => {
        this.statements(s.body.statements);
        this.expression(s.condition);
      });
    } else if (lua.isForStatement(s)) {
      this.expressions([s.controlVariableInitializer, s.limitExpression]);
      if (s.stepExpression) this.expression(s.stepExpression);
      this.loop([s.controlVariable], s.body);
    } else if (lua.isForInStatement(s)) {
      this.expressions(s.expressions);
      this.loop(s.names, s.body);
    } else if (lua.isReturnStatement(s)) this.expressions(s.expressions);
    else if (lua.isExpressionStatement(s)) this.expression(s.expression);
  }

  private declareLocals(s: lua.VariableDeclarationStatement): void {
    // Printed as `local function f`, whose body sees f; any other initialiser does not see the new names.
    const seesItself = lua.isFunctionDefinition(s);
    if (!seesItself) this.expressions(s.right ?? []);
    for (const name of s.left) this.declare(name);
    if (seesItself) this.expressions(s.right);
  }

  private assign(s: lua.AssignmentStatement): void {
    this.expressions(s.right);
    for (const target of s.left) {
      this.expression(target);
      const binding = lua.isIdentifier(target) ? this.bindingOf.get(target) : undefined;
      if (binding) binding.writes++;
    }
  }

  private branches(s: lua.IfStatement): void {
    this.expression(s.condition);
    this.block(s.ifBlock);
    if (!s.elseBlock) return;
    if (lua.isIfStatement(s.elseBlock)) this.branches(s.elseBlock);
    else this.block(s.elseBlock);
  }

  private loop(names: readonly lua.Identifier[], body: lua.Block): void {
    this.inScope(() => {
      for (const name of names) this.declare(name);
      this.block(body);
    });
  }

  private expressions(expressions: readonly lua.Expression[]): void {
    for (const expression of expressions) this.expression(expression);
  }

  private expression(e: lua.Expression): void {
    if (lua.isIdentifier(e)) this.use(e);
    else if (lua.isFunctionExpression(e)) this.inFunction(e);
    else if (lua.isCallExpression(e)) this.expressions([e.expression, ...e.params]);
    // The name after a colon is a field, not a variable.
    else if (lua.isMethodCallExpression(e)) this.expressions([e.prefixExpression, ...e.params]);
    else if (lua.isTableIndexExpression(e)) this.expressions([e.table, e.index]);
    else if (lua.isBinaryExpression(e)) this.expressions([e.left, e.right]);
    else if (lua.isUnaryExpression(e)) this.expression(e.operand);
    else if (lua.isTableExpression(e)) this.expressions(e.fields);
    else if (lua.isTableFieldExpression(e)) this.expressions(e.key ? [e.key, e.value] : [e.value]);
    else if (lua.isParenthesizedExpression(e)) this.expression(e.expression);
    else if (lua.isConditionalExpression(e)) this.expressions([e.condition, e.whenTrue, e.whenFalse]);
  }

  private inFunction(e: lua.FunctionExpression): void {
    this.depth++;
    this.inScope(() => {
      for (const parameter of e.params ?? []) this.declare(parameter);
      this.statements(e.body.statements);
    });
    this.depth--;
  }

  private inScope(work: () => void): void {
    this.scopes.push(new Map());
    work();
    this.scopes.pop();
  }

  private declare(identifier: lua.Identifier): void {
    const isTopLevel = this.scopes.length === 1;
    const binding: Binding = {
      declaration: identifier,
      identifiers: [identifier],
      writes: 0,
      isTopLevel,
      depth: this.depth,
    };
    this.scopes.at(-1)?.set(identifier.text, binding);
    this.bindingOf.set(identifier, binding);
    if (isTopLevel) this.topLevel.push(binding);
    else this.nestedNames.add(identifier.text);
  }

  private use(identifier: lua.Identifier): void {
    const binding = this.scopes.findLast((scope) => scope.has(identifier.text))?.get(identifier.text);
    if (!binding) {
      this.globals.add(identifier.text);
      return;
    }
    binding.identifiers.push(identifier);
    this.bindingOf.set(identifier, binding);
  }
}
