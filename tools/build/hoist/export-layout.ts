import * as lua from 'typescript-to-lua';
import { become } from '../lua-ast/become.ts';
import { resolveScopes } from '../lua-ast/scopes.ts';
import type { GraphModule, ModuleGraph } from '../module-graph.ts';
import { declaringStatement, isReassigned } from './exports.ts';
import type { Segment } from './merge.ts';
import { AccessFinder } from './module-access.ts';
import { type Unit, readUnit } from './unit.ts';

/**
 * How a module hands its exports to other files. A table with a name for each export costs 32 bytes for each and 40 for
 * the name; since all files that use it are known, places do: 12 bytes each. The only export that is used is handed over
 * itself.
 */
export interface ExportLayout {
  /** Exports that other files use, in the order of their places. */
  names: readonly string[];
  /** There is one only, and `require` gives it. */
  isValue: boolean;
}

/** By file; a module without a layout hands over a table with names. */
export type ExportLayouts = ReadonlyMap<string, ExportLayout>;

/** The layouts of all modules that other files take something of. `ownerOf` gives the root of a module's file. */
export function layOutExports(graph: ModuleGraph, ownerOf: (file: string) => string | undefined): ExportLayouts {
  const used = new Map<string, Set<string>>();
  const asTable = new Set<string>();
  for (const [fileName, module] of graph.modules) {
    for (const { file, name, onDemand } of moduleFacts(module).accesses) {
      if (!onDemand && ownerOf(file) === ownerOf(fileName)) continue;
      if (name === undefined) asTable.add(file);
      else used.set(file, (used.get(file) ?? new Set()).add(name));
    }
  }
  const layouts = new Map<string, ExportLayout>();
  for (const [file, names] of used) {
    const module = graph.modules.get(file);
    const exported = module && moduleFacts(module).exported;
    if (!exported || asTable.has(file) || ![...names].every((name) => exported.has(name))) continue;
    const [only] = names;
    const isValue = names.size === 1 && exported.get(only ?? '') === 'never nil';
    layouts.set(file, { names: [...names].sort(), isValue });
  }
  return layouts;
}

/** Makes the code of a chunk take exports of other files from where they are. */
export function takeByLayout(graph: ModuleGraph, segments: readonly Segment[], layouts: ExportLayouts): void {
  const finder = new AccessFinder(resolveScopes(segments.flatMap((segment) => segment.statements)));
  for (const { fileName, statements } of segments) {
    for (const statement of statements) finder.visit(statement, graph.modules.get(fileName)?.imports ?? new Map());
  }
  for (const { file, site } of finder.found) {
    const layout = layouts.get(file);
    if (!layout || !site) continue;
    if (layout.isValue) become(site.node, site.node.table);
    else site.node.index = lua.createNumericLiteral(layout.names.indexOf(site.name) + 1);
  }
}

interface ModuleFacts {
  accesses: { file: string; name: string | undefined; onDemand: boolean }[];
  /** Exports that are set once and not passed on from elsewhere. */
  exported: Map<string, 'never nil' | 'anything'>;
}

const known = new WeakMap<GraphModule, ModuleFacts>();

function moduleFacts(module: GraphModule): ModuleFacts {
  const cached = known.get(module);
  if (cached) return cached;
  const finder = new AccessFinder(resolveScopes(module.ast.statements));
  for (const statement of module.ast.statements) finder.visit(statement, module.imports);
  const unit = readUnit(module.fileName, module.ast, (specifier) => module.imports.get(specifier));
  const settled = [...unit.exportSites.keys()].filter((name) => !isReassigned(unit, name));
  const facts = {
    accesses: finder.found.map(({ file, site, onDemand }) => ({ file, name: site?.name, onDemand })),
    exported: new Map(settled.map((name) => [name, kindOf(unit, name)])),
  };
  known.set(module, facts);
  return facts;
}

function kindOf(unit: Unit, name: string): 'never nil' | 'anything' {
  const value = declaringStatement(unit, name)?.right[0];
  return value && (lua.isFunctionExpression(value) || lua.isTableExpression(value)) ? 'never nil' : 'anything';
}
