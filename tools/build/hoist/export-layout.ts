import * as lua from 'typescript-to-lua';
import { become } from '../lua-ast/become.ts';
import { resolveScopes } from '../lua-ast/scopes.ts';
import type { GraphModule, ModuleGraph } from '../module-graph.ts';
import { declaringStatement, isReassigned } from './exports.ts';
import type { Segment } from './merge.ts';
import { AccessFinder } from './module-access.ts';
import type { Partition } from './partition.ts';
import { type Unit, readUnit } from './unit.ts';

/**
 * How a module hands its exports to other files. A table with a name for each export costs 32 bytes for each and 40 for
 * the name; since all files that use it are known, places do: 12 bytes each. The only export that is used is handed over
 * itself. The modules of the file that runs at boot share one table, for that one is never unloaded.
 */
export interface ExportLayout {
  /** The module by whose name `require` gives them. */
  holder: string;
  /** Places in the table, by name of export. */
  places: ReadonlyMap<string, number>;
  /** Places of the table, those of other modules included. */
  size: number;
  /** There is one export only, and `require` gives it instead of a table. */
  isValue: boolean;
}

/** By file; a module without a layout hands over a table with names. */
export type ExportLayouts = ReadonlyMap<string, ExportLayout>;

/** The layouts of all modules that other files take something of. */
export function layOutExports(graph: ModuleGraph, parts: readonly Partition[]): ExportLayouts {
  const used = exportsInUse(graph, parts);
  const layouts = new Map<string, ExportLayout>();
  for (const { root, files } of parts) {
    const settled = files.filter((file) => used.get(file)?.isKnown);
    const isShared = root === graph.entry && used.get(root)?.isKnown !== false;
    for (const group of isShared ? [settled] : settled.map((file) => [file])) {
      layOutGroup(graph, isShared ? root : (group[0] ?? root), group, used, layouts);
    }
  }
  return layouts;
}

/** Exports of one module that other files use; `isKnown` when places can stand for all of them. */
interface Use {
  names: Set<string>;
  isKnown: boolean;
}

function exportsInUse(graph: ModuleGraph, parts: readonly Partition[]): Map<string, Use> {
  const owners = new Map(parts.flatMap(({ root, files }) => files.map((file) => [file, root])));
  const used = new Map<string, Use>();
  for (const [fileName, module] of graph.modules) {
    for (const { file, name, onDemand } of moduleFacts(module).accesses) {
      if (!onDemand && owners.get(file) === owners.get(fileName)) continue;
      const use = used.get(file) ?? { names: new Set(), isKnown: true };
      used.set(file, use);
      const owner = graph.modules.get(file);
      if (name === undefined || !owner || !moduleFacts(owner).exported.has(name)) use.isKnown = false;
      else use.names.add(name);
    }
  }
  return used;
}

/** Gives places in one table to the exports of some modules. */
function layOutGroup(
  graph: ModuleGraph,
  holder: string,
  files: readonly string[],
  used: ReadonlyMap<string, Use>,
  layouts: Map<string, ExportLayout>,
): void {
  const namesOf = (file: string): string[] => [...(used.get(file)?.names ?? [])].sort();
  const size = files.reduce((sum, file) => sum + namesOf(file).length, 0);
  let place = 0;
  for (const file of files) {
    const places = new Map(namesOf(file).map((name) => [name, ++place]));
    const module = graph.modules.get(file);
    const isValue = size === 1 && module !== undefined && isNeverNil(module, namesOf(file)[0]);
    if (places.size > 0) layouts.set(file, { holder, places, size, isValue });
  }
}

function isNeverNil(module: GraphModule, name = ''): boolean {
  return moduleFacts(module).exported.get(name) === 'never nil';
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
    else site.node.index = lua.createNumericLiteral(layout.places.get(site.name) ?? 0);
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
