import * as lua from 'typescript-to-lua';
import { become } from '../lua-ast/become.ts';
import { type OutsideUse, allExports, declaringStatement, findExport, isReassigned } from './exports.ts';
import type { ExportLayout, ExportLayouts } from './export-layout.ts';
import { NamePool } from './names.ts';
import type { ImportedName, Unit } from './unit.ts';

/** The part of a chunk that comes from one module. */
export interface Segment {
  fileName: string;
  statements: lua.Statement[];
}

/** What surrounds the modules of a chunk. */
export interface MergeContext {
  /** What modules outside the chunk use, by file. */
  outside: ReadonlyMap<string, OutsideUse>;
  /** The module whose exports the chunk returns, for `require` to keep; undefined for the entry. */
  returned: string | undefined;
  layouts: ExportLayouts;
  deviceName: (file: string) => string;
}

/**
 * Puts modules into one scope: exports and what belongs to a module alone become locals of the chunk with names of
 * their own, imports become those very locals. `units` in the order in which the modules run; their trees are used up.
 */
export function mergeUnits(units: ReadonlyMap<string, Unit>, context: MergeContext): Segment[] {
  return new Merger(units, context).merge();
}

class Merger {
  private readonly units: ReadonlyMap<string, Unit>;
  private readonly context: MergeContext;
  private readonly pool = new NamePool();
  /** Local that holds a module's exports, for modules that need them as a table. */
  private readonly tables = new Map<string, string>();
  /** Locals for exports, by file and name. */
  private readonly locals = new Map<string, string>();
  /** Local that holds the exports of several modules for other files. */
  private sharedTable: string | undefined;

  constructor(units: ReadonlyMap<string, Unit>, context: MergeContext) {
    this.units = units;
    this.context = context;
  }

  merge(): Segment[] {
    const units = [...this.units.values()];
    for (const unit of units) {
      this.pool.reserve(unit.scopes.nestedNames);
      this.pool.reserve(unit.scopes.globals);
    }
    for (const file of this.modulesNeedingTables()) {
      this.tables.set(file, this.pool.take(`____${this.context.deviceName(file)}`));
    }
    for (const unit of units) this.nameLocals(unit);
    const declarations = new Map(units.map((unit) => [unit, this.declarations(unit)]));
    for (const unit of units) this.replaceSites(unit);
    return units.map((unit) => ({
      fileName: unit.fileName,
      statements: [...(declarations.get(unit) ?? []), ...unit.statements, ...this.registration(unit)],
    }));
  }

  private modulesNeedingTables(): Set<string> {
    const files = new Set<string>();
    for (const unit of this.units.values()) {
      if (unit.needsOwnTable) files.add(unit.fileName);
      for (const { file } of unit.tableSites) files.add(file);
    }
    for (const [file, use] of this.context.outside) {
      if (this.context.layouts.has(file)) continue;
      if (use.asTable || this.changes(file, use.names)) files.add(file);
    }
    const { returned } = this.context;
    if (returned === undefined || this.context.layouts.has(returned)) return files;
    if (this.changes(returned, allExports(this.units, returned))) files.add(returned);
    return files;
  }

  /** Whether one of a module's exports is reassigned, so that a copy of its value would grow stale. */
  private changes(file: string, names: ReadonlySet<string>): boolean {
    return [...names].some((name) => {
      const found = findExport(this.units, { file, name });
      const owner = this.units.get(found.file);
      return owner !== undefined && isReassigned(owner, found.name);
    });
  }

  private nameLocals(unit: Unit): void {
    for (const binding of unit.scopes.topLevel) {
      const stays = !unit.imports.has(binding) && !binding.declaration.text.startsWith('____exports');
      if (!stays) continue;
      const name = this.pool.take(binding.declaration.text);
      for (const identifier of binding.identifiers) identifier.text = name;
    }
    if (this.tables.has(unit.fileName)) return;
    for (const name of unit.exportSites.keys()) {
      const wanted = name === 'default' ? `${this.context.deviceName(unit.fileName)}_default` : name;
      this.locals.set(key({ file: unit.fileName, name }), this.pool.take(wanted));
    }
  }

  /** Makes assignments to exports their declarations where possible; returns what must be declared beforehand. */
  private declarations(unit: Unit): lua.Statement[] {
    const table = this.tables.get(unit.fileName);
    if (table !== undefined) {
      const own = lua.createVariableDeclarationStatement(lua.createIdentifier(table), lua.createTableExpression());
      return [own, ...this.inheritedFields(unit, table)];
    }
    const before: lua.Identifier[] = [];
    for (const name of unit.exportSites.keys()) {
      const local = this.locals.get(key({ file: unit.fileName, name })) ?? name;
      const declaring = declaringStatement(unit, name);
      if (!declaring) before.push(lua.createIdentifier(local));
      else become(declaring, lua.createVariableDeclarationStatement(lua.createIdentifier(local), declaring.right));
    }
    return before.length > 0 ? [lua.createVariableDeclarationStatement(before)] : [];
  }

  /** A module whose exports are wanted as a table gives there what it exports from elsewhere. */
  private inheritedFields(unit: Unit, table: string): lua.Statement[] {
    return [...allExports(this.units, unit.fileName)]
      .filter((name) => !unit.exportSites.has(name))
      .map((name) =>
        lua.createAssignmentStatement(
          field(table, name),
          this.valueOf({ file: unit.fileName, name }) ?? lua.createNilLiteral(),
        ),
      );
  }

  private replaceSites(unit: Unit): void {
    for (const [name, sites] of unit.exportSites) {
      for (const site of sites) this.replace(site, { file: unit.fileName, name });
    }
    for (const [binding, imported] of unit.imports) {
      for (const identifier of binding.identifiers.slice(1)) this.replace(identifier, imported);
    }
    for (const { node, imported } of unit.namespaceSites) this.replace(node, imported);
    for (const { node, file } of unit.tableSites) become(node, this.tableOf(file));
    for (const node of unit.ownTableSites) become(node, this.tableOf(unit.fileName));
  }

  private replace(node: lua.Node, imported: ImportedName): void {
    become(node, this.valueOf(imported) ?? lua.createNilLiteral());
  }

  private valueOf(imported: ImportedName): lua.Expression | undefined {
    const found = findExport(this.units, imported);
    const table = this.tables.get(found.file);
    if (table !== undefined) return field(table, found.name);
    const local = this.locals.get(key(found));
    return local === undefined ? undefined : lua.createIdentifier(local);
  }

  private tableOf(file: string): lua.Identifier {
    const table = this.tables.get(file);
    if (table === undefined) throw new Error(`no table for the exports of ${file}`);
    return lua.createIdentifier(table);
  }

  /** `package.loaded.name = exports` or `return exports`, so that modules outside the chunk can `require` this one. */
  private registration(unit: Unit): lua.Statement[] {
    const layout = this.context.layouts.get(unit.fileName);
    if (unit.fileName === this.context.returned) {
      const names = allExports(this.units, unit.fileName);
      return [lua.createReturnStatement([layout ? this.placed(unit, layout) : this.named(unit, names)])];
    }
    if (layout && layout.places.size < layout.size) return this.shareTable(unit, layout);
    if (layout) return [this.register(layout.holder, this.placed(unit, layout))];
    const use = this.context.outside.get(unit.fileName);
    return use ? [this.register(unit.fileName, this.named(unit, use.names))] : [];
  }

  private register(file: string, exported: lua.Expression): lua.Statement {
    const loaded = lua.createTableIndexExpression(lua.createIdentifier('package'), lua.createStringLiteral('loaded'));
    const name = lua.createStringLiteral(this.context.deviceName(file));
    return lua.createAssignmentStatement(lua.createTableIndexExpression(loaded, name), exported);
  }

  /** The first module makes the table at its final size, each of the others adds its exports. */
  private shareTable(unit: Unit, layout: ExportLayout): lua.Statement[] {
    if (this.sharedTable === undefined) {
      this.sharedTable = this.pool.take('____shared');
      const table = lua.createIdentifier(this.sharedTable);
      return [
        lua.createVariableDeclarationStatement(table, this.placed(unit, layout)),
        this.register(layout.holder, lua.createIdentifier(this.sharedTable)),
      ];
    }
    const table = this.sharedTable;
    return [...layout.places].map(([name, place]) => {
      const target = lua.createTableIndexExpression(lua.createIdentifier(table), lua.createNumericLiteral(place));
      return lua.createAssignmentStatement(target, this.exportOf(unit, name));
    });
  }

  private placed(unit: Unit, { places, size, isValue }: ExportLayout): lua.Expression {
    const values = Array.from({ length: size }, (): lua.Expression => lua.createNilLiteral());
    for (const [name, place] of places) values[place - 1] = this.exportOf(unit, name);
    return isValue && values[0]
      ? values[0]
      : lua.createTableExpression(values.map((v) => lua.createTableFieldExpression(v)));
  }

  private named(unit: Unit, names: ReadonlySet<string>): lua.Expression {
    if (this.tables.has(unit.fileName)) return this.tableOf(unit.fileName);
    const fields = [...names].map((name) =>
      lua.createTableFieldExpression(this.exportOf(unit, name), lua.createStringLiteral(name)),
    );
    return lua.createTableExpression(fields);
  }

  private exportOf(unit: Unit, name: string): lua.Expression {
    return this.valueOf({ file: unit.fileName, name }) ?? lua.createNilLiteral();
  }
}

function field(table: string, name: string): lua.TableIndexExpression {
  return lua.createTableIndexExpression(lua.createIdentifier(table), lua.createStringLiteral(name));
}

function key(exported: ImportedName): string {
  return `${exported.file}\0${exported.name}`;
}
