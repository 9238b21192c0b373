import * as lua from 'typescript-to-lua';
import { become } from '../lua-ast/become.ts';
import { walkLua } from '../lua-ast/walk.ts';
import { type ModuleGraph, requiredSpecifier } from '../module-graph.ts';
import { type ExportLayouts, takeByLayout } from './export-layout.ts';
import type { OutsideUse } from './exports.ts';
import { inlineCalls } from './inline-calls.ts';
import { withinLimit } from './local-limit.ts';
import { type Segment, mergeUnits } from './merge.ts';
import type { Partition } from './partition.ts';
import { simplify } from './simplify.ts';
import { removeTemporaries } from './temporaries.ts';
import { type Unit, readUnit } from './unit.ts';
import { copyUpvalues } from './upvalue-copies.ts';

/** What is known of the other files of the board. */
export interface HoistContext {
  /** What they use of the modules of this one, by module. */
  outside: ReadonlyMap<string, OutsideUse>;
  layouts: ExportLayouts;
  /** Modules that give a file its name, so that `require` finds it. */
  roots: ReadonlySet<string>;
  deviceName: (file: string) => string;
}

/**
 * The modules of one file in one scope: no tables of exports, no `require`, constants in place, nothing that is not
 * used. What modules of other files want of them is left in `package.loaded`; the root's exports are returned.
 */
export function hoist(graph: ModuleGraph, part: Partition, context: HoistContext): Segment[] {
  const inside = new Set(part.files);
  const unitOf = (fileName: string): Unit => {
    const module = graph.modules.get(fileName);
    if (!module) throw new Error(`${fileName} was not compiled`);
    return readUnit(fileName, module.ast, (specifier) => {
      const file = module.imports.get(specifier);
      return file !== undefined && inside.has(file) ? file : undefined;
    });
  };
  const units = new Map(part.files.map((fileName) => [fileName, unitOf(fileName)]));
  const segments = mergeUnits(units, { ...context, returned: part.root === graph.entry ? undefined : part.root });
  dropLoaded(graph, segments, context.roots);
  takeByLayout(graph, segments, context.layouts);
  nameRequires(graph, segments, (file) => context.deviceName(context.layouts.get(file)?.holder ?? file));
  simplify(segments);
  inlineCalls(segments);
  removeTemporaries(segments);
  copyUpvalues(segments);
  return withinLimit(segments, '____shared');
}

/** `import './x.ts'` of a module that lies in a file which has run before this one can be loaded. */
function dropLoaded(graph: ModuleGraph, segments: readonly Segment[], roots: ReadonlySet<string>): void {
  for (const segment of segments) {
    const imports = graph.modules.get(segment.fileName)?.imports;
    segment.statements = segment.statements.filter((statement) => {
      if (!lua.isExpressionStatement(statement)) return true;
      const file = imports?.get(requiredSpecifier(statement.expression) ?? '');
      return file === undefined || roots.has(file);
    });
  }
}

/** The `require`s that stay name files of the board. */
function nameRequires(graph: ModuleGraph, segments: readonly Segment[], deviceName: (file: string) => string): void {
  for (const { fileName, statements } of segments) {
    const imports = graph.modules.get(fileName)?.imports;
    for (const statement of statements) {
      walkLua(statement, (node) => {
        const file = imports?.get(requiredSpecifier(node) ?? '');
        if (file !== undefined)
          become((node as lua.CallExpression).params[0] as lua.Node, lua.createStringLiteral(deviceName(file)));
      });
    }
  }
}
