import * as lua from 'typescript-to-lua';
import { type Binding, type Scopes } from '../lua-ast/scopes.ts';
import { walkLua } from '../lua-ast/walk.ts';
import { requiredSpecifier } from '../module-graph.ts';
import { namedModule, opaqueModule } from '../plugins/module-names.ts';

/** A place that takes something of a module in another file. */
export interface ModuleAccess {
  file: string;
  /** `module.name`; undefined where the exports are taken as a whole, so that anything may happen to them. */
  site: { node: lua.TableIndexExpression; name: string } | undefined;
  /** Loaded by its name on the board when the code comes to it, not by an import. */
  onDemand: boolean;
}

/** Finds what code takes of other modules. Statements must come in the order in which they run. */
export class AccessFinder {
  readonly found: ModuleAccess[] = [];
  private readonly scopes: Scopes;
  /** Locals that hold the exports of a module and nothing else, ever. */
  private readonly holders = new Map<Binding, Omit<ModuleAccess, 'site'>>();

  constructor(scopes: Scopes) {
    this.scopes = scopes;
  }

  /** `imports`: files by the text of the `require`s in the module that the statement comes from. */
  visit(statement: lua.Statement, imports: ReadonlyMap<string, string>): void {
    const done = new Set<lua.Node>();
    walkLua(statement, (node) => {
      if (done.has(node)) return;
      if (lua.isVariableDeclarationStatement(node)) this.declaration(node, imports, done);
      else if (lua.isTableIndexExpression(node)) this.field(node, imports, done);
      // A module that is loaded for its effects.
      else if (lua.isExpressionStatement(node) && loadedModule(node.expression, imports)) done.add(node.expression);
      else if (lua.isCallExpression(node) || lua.isIdentifier(node)) this.whole(node, imports);
      else if (lua.isStringLiteral(node)) this.opaque(node);
    });
  }

  private declaration(
    { left, right = [] }: lua.VariableDeclarationStatement,
    imports: ReadonlyMap<string, string>,
    done: Set<lua.Node>,
  ): void {
    const [name, value] = [left[0], right[0]];
    const module = value && right.length === 1 && left.length === 1 ? loadedModule(value, imports) : undefined;
    const binding = name && this.scopes.bindingOf.get(name);
    if (!module || !value || !binding || binding.writes > 0) return;
    this.holders.set(binding, module);
    done.add(name).add(value);
  }

  private field(node: lua.TableIndexExpression, imports: ReadonlyMap<string, string>, done: Set<lua.Node>): void {
    const module = this.moduleOf(node.table, imports);
    if (!module || !lua.isStringLiteral(node.index)) return;
    this.found.push({ ...module, site: { node, name: node.index.value } });
    done.add(node.table);
  }

  private whole(node: lua.Expression, imports: ReadonlyMap<string, string>): void {
    const module = this.moduleOf(node, imports);
    if (module) this.found.push({ ...module, site: undefined });
  }

  private opaque(literal: lua.StringLiteral): void {
    const file = opaqueModule(literal);
    if (file !== undefined) this.found.push({ file, site: undefined, onDemand: true });
  }

  private moduleOf(e: lua.Expression, imports: ReadonlyMap<string, string>): Omit<ModuleAccess, 'site'> | undefined {
    const binding = lua.isIdentifier(e) ? this.scopes.bindingOf.get(e) : undefined;
    return (binding && this.holders.get(binding)) ?? loadedModule(e, imports);
  }
}

/** The module whose exports a call gives: `require("./x")` of an import, or a call with `$module('./x.ts')`. */
function loadedModule(e: lua.Expression, imports: ReadonlyMap<string, string>): Omit<ModuleAccess, 'site'> | undefined {
  if (!lua.isCallExpression(e)) return undefined;
  const imported = imports.get(requiredSpecifier(e) ?? '');
  if (imported !== undefined) return { file: imported, onDemand: false };
  const [name] = e.params;
  const named = name && lua.isStringLiteral(name) && opaqueModule(name) === undefined ? namedModule(name) : undefined;
  return named === undefined ? undefined : { file: named, onDemand: true };
}
