import * as lua from 'typescript-to-lua';
import { type ExportLayout, type ExportLayouts, layOutExports } from './hoist/export-layout.ts';
import type { OutsideUse } from './hoist/exports.ts';
import { hoist } from './hoist/hoist.ts';
import type { Segment } from './hoist/merge.ts';
import { useFromOutside } from './hoist/outside.ts';
import { partition } from './hoist/partition.ts';
import { become } from './lua-ast/become.ts';
import { copyLua, walkLua } from './lua-ast/walk.ts';
import { type GraphModule, type ModuleGraph, requiredSpecifier } from './module-graph.ts';
import { namedModule } from './plugins/module-names.ts';

/** One file of Lua for the board, not yet put together. */
export interface Chunk {
  /** Name on the board without extension. */
  name: string;
  modules: GraphModule[];
  /** What it is made of besides its modules; a chunk with the same modules and the same context is the same. */
  context: string;
  /** Puts it together. */
  segments: () => Segment[];
}

/** Divides the modules into files: as few as their loading allows when `hoisted`, else one for each. */
export function arrangeChunks(graph: ModuleGraph, names: ReadonlyMap<string, string>, hoisted: boolean): Chunk[] {
  const nameOf = (file: string): string => names.get(file) ?? '';
  const parts = hoisted ? partition(graph) : [...graph.modules.keys()].map((root) => ({ root, files: [root] }));
  const layouts = hoisted ? layOutExports(graph, parts) : new Map<string, ExportLayout>();
  const roots = new Set(parts.map((part) => part.root));
  return parts.map((part) => {
    const modules = part.files.flatMap((file) => graph.modules.get(file) ?? []);
    const outside = hoisted ? useFromOutside(graph, new Set(part.files)) : new Map<string, OutsideUse>();
    const segments = (): Segment[] =>
      hoisted
        ? hoist(graph, part, { outside, layouts, roots, deviceName: nameOf })
        : modules.map((module) => plainSegment(module, nameOf));
    return {
      name: nameOf(part.root),
      modules,
      context: describeContext(outside, modules, names, layouts, roots),
      segments: () => withModuleNames(segments(), nameOf),
    };
  });
}

function describeContext(
  outside: ReadonlyMap<string, OutsideUse>,
  modules: readonly GraphModule[],
  names: ReadonlyMap<string, string>,
  layouts: ExportLayouts,
  roots: ReadonlySet<string>,
): string {
  const mentioned = modules.flatMap((module) => [...module.imports.values(), ...module.named]);
  const uses = [...outside].map(([file, use]) => [file, use.asTable, [...use.names].sort()]);
  const layoutOf = (file: string): unknown => {
    const layout = layouts.get(file);
    return layout && { ...layout, places: [...layout.places] };
  };
  const own = modules.map(({ fileName }) => layoutOf(fileName));
  return JSON.stringify([uses, mentioned.map((file) => [names.get(file), roots.has(file), layoutOf(file)]), own]);
}

function plainSegment(module: GraphModule, nameOf: (file: string) => string): Segment {
  return { fileName: module.fileName, statements: withDeviceNames(module, nameOf) };
}

function withModuleNames(segments: Segment[], nameOf: (file: string) => string): Segment[] {
  for (const { statements } of segments) for (const statement of statements) nameModules(statement, nameOf);
  return segments;
}

/** A copy of a module's statements in which `require` names files of the board. */
function withDeviceNames(module: GraphModule, nameOf: (file: string) => string): lua.Statement[] {
  return copyLua(module.ast, (node) => {
    const imported = module.imports.get(requiredSpecifier(node) ?? '');
    if (imported === undefined) return undefined;
    return lua.createCallExpression(lua.createIdentifier('require'), [lua.createStringLiteral(nameOf(imported))]);
  }).statements;
}

/** Puts the names of the board where `$module` stood; the tree must be ours alone. */
function nameModules(statement: lua.Statement, nameOf: (file: string) => string): void {
  walkLua(statement, (node) => {
    const file = lua.isStringLiteral(node) ? namedModule(node) : undefined;
    if (file !== undefined) become(node, lua.createStringLiteral(nameOf(file)));
  });
}
