import type { OutsideUse } from './exports.ts';
import type { Unit } from './unit.ts';

/** What modules of other files use of the modules of a chunk. */
export function useFromOutside(others: readonly Unit[]): Map<string, OutsideUse> {
  const uses = new Map<string, OutsideUse>();
  const useOf = (file: string): OutsideUse => {
    const use = uses.get(file) ?? { names: new Set(), asTable: false };
    uses.set(file, use);
    return use;
  };
  for (const unit of others) {
    for (const { file, name } of unit.imports.values()) useOf(file).names.add(name);
    for (const { imported } of unit.namespaceSites) useOf(imported.file).names.add(imported.name);
    for (const { file, name } of unit.reExports.values()) useOf(file).names.add(name);
    for (const { file } of unit.tableSites) useOf(file).asTable = true;
    for (const file of unit.exportAll) useOf(file).asTable = true;
  }
  return uses;
}
