import * as lua from 'typescript-to-lua';
import { walkLua } from '../lua-ast/walk.ts';
import type { ImportedName, Unit } from './unit.ts';

/** What modules that stay outside the chunk ask of one inside it. */
export interface OutsideUse {
  names: Set<string>;
  /** They take its exports as one table. */
  asTable: boolean;
}

/** Follows re-exports to the module that really has an export. */
export function findExport(units: ReadonlyMap<string, Unit>, wanted: ImportedName): ImportedName {
  const unit = units.get(wanted.file);
  if (!unit || unit.exportSites.has(wanted.name)) return wanted;
  const renamed = unit.reExports.get(wanted.name);
  if (renamed) return findExport(units, renamed);
  for (const file of wanted.name === 'default' ? [] : unit.exportAll) {
    const found = findExport(units, { file, name: wanted.name });
    if (units.get(found.file)?.exportSites.has(found.name)) return found;
  }
  return wanted;
}

/** All export names of a module, those of other modules included. */
export function allExports(units: ReadonlyMap<string, Unit>, file: string): Set<string> {
  const unit = units.get(file);
  if (!unit) return new Set();
  const inherited = unit.exportAll.flatMap((from) => [...allExports(units, from)].filter((name) => name !== 'default'));
  return new Set([...unit.exportSites.keys(), ...unit.reExports.keys(), ...inherited]);
}

/**
 * The statement that can become the declaration of an export: an assignment of the module itself before which nothing
 * mentions the export, and whose value does not either (a function may mention itself).
 */
export function declaringStatement(unit: Unit, name: string): lua.AssignmentStatement | undefined {
  const sites = unit.exportSites.get(name) ?? [];
  const first = unit.statements.find((statement) => mentions(statement, sites) > 0);
  if (!first || !lua.isAssignmentStatement(first) || first.left.length !== 1 || first.right.length !== 1)
    return undefined;
  const [target, value] = [first.left[0], first.right[0]];
  if (!target || !value || !sites.includes(target as lua.TableIndexExpression)) return undefined;
  return lua.isFunctionExpression(value) || mentions(value, sites) === 0 ? first : undefined;
}

/** Whether an export ever changes: anything but one assignment by the module itself may happen at any time. */
export function isReassigned(unit: Unit, name: string): boolean {
  const sites = new Set<lua.Node>(unit.exportSites.get(name));
  const assigns = (node: lua.Node): boolean =>
    lua.isAssignmentStatement(node) && node.left.some((target) => sites.has(target));
  let atTopLevel = 0;
  let anywhere = 0;
  for (const statement of unit.statements) {
    if (assigns(statement)) atTopLevel++;
    walkLua(statement, (node) => {
      if (assigns(node)) anywhere++;
    });
  }
  return anywhere !== atTopLevel || anywhere > 1;
}

function mentions(node: lua.Node, sites: readonly lua.Node[]): number {
  let count = 0;
  walkLua(node, (inner) => {
    if (sites.includes(inner)) count++;
  });
  return count;
}
