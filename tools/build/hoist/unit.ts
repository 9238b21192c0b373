import * as lua from 'typescript-to-lua';
import { copyLua, walkLua } from '../lua-ast/walk.ts';
import { type Binding, type Scopes, resolveScopes } from '../lua-ast/scopes.ts';
import { requiredSpecifier } from '../module-graph.ts';

/** A module taken apart: its own copy of the statements, and what its imports and exports stand for. */
export interface Unit {
  fileName: string;
  /** Statements without the bookkeeping of imports and exports. */
  statements: lua.Statement[];
  scopes: Scopes;
  /** `____exports.name` wherever it occurs, by name, in source order. */
  exportSites: Map<string, lua.TableIndexExpression[]>;
  /** Names that are exports of another module under a name of this one. */
  reExports: Map<string, ImportedName>;
  /** Modules all of whose exports this one exports too. */
  exportAll: string[];
  /** Local names that stand for an export of another module. */
  imports: Map<Binding, ImportedName>;
  /** `namespace.name` for a namespace import, wherever it occurs. */
  namespaceSites: { node: lua.TableIndexExpression; imported: ImportedName }[];
  /** Places that need a module's exports as one table: `require` inside an expression, or a namespace passed on. */
  tableSites: { node: lua.Expression; file: string }[];
  /** Whether the exports of this very module are needed as a table. */
  needsOwnTable: boolean;
  ownTableSites: lua.Identifier[];
}

export interface ImportedName {
  file: string;
  name: string;
}

const exportsName = '____exports';

/** Names that typescript-to-lua makes up itself; a source cannot contain them. */
function isGenerated(name: string): boolean {
  return name.startsWith('____');
}

/**
 * Takes a module apart. `resolve` gives the file of a `require` that is to be dissolved, or undefined for one that
 * stays a `require` at run time.
 */
export function readUnit(fileName: string, ast: lua.File, resolve: (specifier: string) => string | undefined): Unit {
  const all = copyLua(ast, () => undefined).statements;
  const scopes = resolveScopes(all);
  const unit: Unit = {
    fileName,
    statements: [],
    scopes,
    exportSites: new Map(),
    reExports: new Map(),
    exportAll: [],
    imports: new Map(),
    namespaceSites: [],
    tableSites: [],
    needsOwnTable: false,
    ownTableSites: [],
  };
  const reader = new UnitReader(unit, resolve);
  for (const statement of all) reader.topLevel(statement);
  for (const statement of unit.statements) reader.collectSites(statement);
  return unit;
}

class UnitReader {
  private readonly unit: Unit;
  private readonly resolve: (specifier: string) => string | undefined;
  /** Locals that hold the exports of a dissolved module. */
  private readonly importTables = new Map<Binding, string>();

  constructor(unit: Unit, resolve: (specifier: string) => string | undefined) {
    this.unit = unit;
    this.resolve = resolve;
  }

  topLevel(statement: lua.Statement): void {
    if (isExportsTable(statement) || isReturnOfExports(statement)) return;
    if (lua.isExpressionStatement(statement) && this.dissolved(statement.expression) !== undefined) return;
    if (lua.isVariableDeclarationStatement(statement) && this.importStatement(statement)) return;
    if (lua.isDoStatement(statement) && this.reExport(statement)) return;
    this.unit.statements.push(statement);
  }

  /** `local module = require(...)` and `local name = ____module.name`. */
  private importStatement(statement: lua.VariableDeclarationStatement): boolean {
    const [left, right] = [statement.left[0], statement.right?.[0]];
    const binding = left && this.unit.scopes.bindingOf.get(left);
    if (!right || !binding || statement.left.length !== 1) return false;
    const file = this.dissolved(right);
    if (file !== undefined) {
      this.importTables.set(binding, file);
      return true;
    }
    const imported = this.importedField(right);
    if (!imported || !isGenerated(imported.table)) return false;
    this.unit.imports.set(binding, imported);
    return true;
  }

  /** `do local ____module = require(...) ____exports.a = ____module.b end`, and the loop of `export *`. */
  private reExport(statement: lua.DoStatement): boolean {
    const [first, ...rest] = statement.statements;
    if (!first || !lua.isVariableDeclarationStatement(first) || !this.importStatement(first)) return false;
    const file =
      this.importTables.get(this.unit.scopes.bindingOf.get(first.left[0] as lua.Identifier) as Binding) ?? '';
    if (rest.some(lua.isForInStatement)) {
      this.unit.exportAll.push(file);
      return true;
    }
    for (const assignment of rest) {
      if (!lua.isAssignmentStatement(assignment)) throw new Error('unknown form of re-export');
      const [target, value] = [assignment.left[0], assignment.right[0]];
      const name = target && exportedName(target);
      const imported = value && this.importedField(value);
      if (name === undefined || !imported) throw new Error('unknown form of re-export');
      this.unit.reExports.set(name, imported);
    }
    return true;
  }

  /** `table.name` where `table` holds the exports of a dissolved module. */
  private importedField(e: lua.Expression): (ImportedName & { table: string }) | undefined {
    if (!lua.isTableIndexExpression(e) || !lua.isIdentifier(e.table) || !lua.isStringLiteral(e.index)) return undefined;
    const binding = this.unit.scopes.bindingOf.get(e.table);
    const file = binding && this.importTables.get(binding);
    return file === undefined ? undefined : { file, name: e.index.value, table: e.table.text };
  }

  private dissolved(e: lua.Expression): string | undefined {
    const specifier = requiredSpecifier(e);
    return specifier === undefined ? undefined : this.resolve(specifier);
  }

  collectSites(statement: lua.Statement): void {
    const handled = new Set<lua.Node>();
    walkLua(statement, (node) => {
      if (handled.has(node)) return;
      if (lua.isTableIndexExpression(node)) this.fieldSite(node, handled);
      else if (lua.isIdentifier(node)) this.tableSite(node);
      else if (lua.isCallExpression(node)) {
        const file = this.dissolved(node);
        if (file !== undefined) this.unit.tableSites.push({ node, file });
      }
    });
  }

  private fieldSite(node: lua.TableIndexExpression, handled: Set<lua.Node>): void {
    const name = exportedName(node);
    const imported = this.importedField(node);
    if (name !== undefined) {
      const sites = this.unit.exportSites.get(name);
      if (sites) sites.push(node);
      else this.unit.exportSites.set(name, [node]);
    } else if (imported) {
      this.unit.namespaceSites.push({ node, imported });
    } else return;
    handled.add(node.table);
  }

  private tableSite(node: lua.Identifier): void {
    if (node.text === exportsName) {
      this.unit.needsOwnTable = true;
      this.unit.ownTableSites.push(node);
      return;
    }
    const binding = this.unit.scopes.bindingOf.get(node);
    const file = binding && this.importTables.get(binding);
    if (file !== undefined) this.unit.tableSites.push({ node, file });
  }
}

/** The name in `____exports.name`. */
function exportedName(e: lua.Expression): string | undefined {
  if (!lua.isTableIndexExpression(e) || !lua.isIdentifier(e.table) || !lua.isStringLiteral(e.index)) return undefined;
  return e.table.text === exportsName ? e.index.value : undefined;
}

function isExportsTable(s: lua.Statement): boolean {
  return lua.isVariableDeclarationStatement(s) && s.left[0]?.text === exportsName;
}

function isReturnOfExports(s: lua.Statement): boolean {
  const value = lua.isReturnStatement(s) ? s.expressions[0] : undefined;
  return value !== undefined && lua.isIdentifier(value) && value.text === exportsName;
}
