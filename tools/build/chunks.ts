import * as lua from 'typescript-to-lua';
import { hoist } from './hoist/hoist.ts';
import type { Segment } from './hoist/merge.ts';
import { partition } from './hoist/partition.ts';
import { become } from './lua-ast/become.ts';
import { copyLua, walkLua } from './lua-ast/walk.ts';
import { type GraphModule, type ModuleGraph, requiredSpecifier } from './module-graph.ts';
import { namedModule } from './plugins/module-names.ts';

/** One file of Lua for the board. */
export interface Chunk {
  /** Name on the board without extension. */
  name: string;
  segments: Segment[];
}

/** Divides the modules into files: as few as their loading allows when `hoisted`, else one for each. */
export function arrangeChunks(graph: ModuleGraph, names: ReadonlyMap<string, string>, hoisted: boolean): Chunk[] {
  const nameOf = (file: string): string => names.get(file) ?? '';
  const chunks = hoisted
    ? partition(graph).map((part) => ({ name: nameOf(part.root), segments: hoist(graph, part, nameOf) }))
    : [...graph.modules.values()].map((module) => ({
        name: nameOf(module.fileName),
        segments: [{ fileName: module.fileName, statements: withDeviceNames(module, nameOf) }],
      }));
  for (const { segments } of chunks) {
    for (const statement of segments.flatMap((segment) => segment.statements)) nameModules(statement, nameOf);
  }
  return chunks;
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
