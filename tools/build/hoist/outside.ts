import type { GraphModule, ModuleGraph } from '../module-graph.ts';
import type { OutsideUse } from './exports.ts';
import { type ImportedName, readUnit } from './unit.ts';

/** What one module uses of others. */
interface ModuleUse {
  names: ImportedName[];
  /** Modules whose exports it takes as one table. */
  tables: string[];
}

const known = new WeakMap<GraphModule, ModuleUse>();

/** What modules of other files use of the modules of a chunk. */
export function useFromOutside(graph: ModuleGraph, inside: ReadonlySet<string>): Map<string, OutsideUse> {
  const uses = new Map<string, OutsideUse>();
  const useOf = (file: string): OutsideUse => {
    const use = uses.get(file) ?? { names: new Set(), asTable: false };
    uses.set(file, use);
    return use;
  };
  for (const [fileName, module] of graph.modules) {
    if (inside.has(fileName)) continue;
    const { names, tables } = moduleUse(module);
    for (const { file, name } of names) if (inside.has(file)) useOf(file).names.add(name);
    for (const file of tables) if (inside.has(file)) useOf(file).asTable = true;
  }
  return uses;
}

function moduleUse(module: GraphModule): ModuleUse {
  const cached = known.get(module);
  if (cached) return cached;
  const unit = readUnit(module.fileName, module.ast, (specifier) => module.imports.get(specifier));
  const use = {
    names: [...unit.imports.values(), ...unit.namespaceSites.map((site) => site.imported), ...unit.reExports.values()],
    tables: [...unit.tableSites.map((site) => site.file), ...unit.exportAll],
  };
  known.set(module, use);
  return use;
}
