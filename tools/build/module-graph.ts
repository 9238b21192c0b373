import type TS from 'typescript';
import { ts } from './typescript.ts';
import * as lua from 'typescript-to-lua';
import { walkLua } from './lua-ast/walk.ts';
import { namedModule } from './plugins/module-names.ts';
import { type Problem, placeOf, relativePath } from './problem.ts';
import type { TranspiledModule } from './transpile.ts';

/** The modules of a program and how they come to the device. */
export interface ModuleGraph {
  entry: string;
  modules: Map<string, GraphModule>;
  /** Where loading starts: the entry at boot, and what `$module` names on demand. */
  roots: string[];
  problems: Problem[];
}

export interface GraphModule extends TranspiledModule {
  /** Imported files by the text of their `require`, in source order. */
  imports: Map<string, string>;
  /** Files that `$module` names in it. */
  named: Set<string>;
}

/** Follows the imports that survive compilation, from the entry on. */
export function buildGraph(
  program: TS.Program,
  entry: string,
  read: (file: TS.SourceFile) => GraphModule,
): ModuleGraph {
  const graph: ModuleGraph = { entry, modules: new Map(), roots: [], problems: [] };
  const roots = new Set([entry]);
  const done = new Set<string>();
  const visit = (fileName: string, path: readonly string[]): void => {
    if (path.includes(fileName)) {
      graph.problems.push(circle(program, [...path.slice(path.indexOf(fileName)), fileName]));
    } else if (!done.has(fileName)) {
      const file = program.getSourceFile(fileName);
      if (!file) throw new Error(`${fileName} is not part of the program`);
      const module = read(file);
      graph.modules.set(fileName, module);
      graph.problems.push(...module.problems);
      for (const file of module.named) roots.add(file);
      for (const file of module.imports.values()) visit(file, [...path, fileName]);
      done.add(fileName);
    }
  };
  // A set grows while it is walked: what a module names is visited too.
  for (const root of roots) visit(root, []);
  graph.roots = [...roots];
  return graph;
}

/** A module and all that it imports, directly or not, in the order in which they run; itself last. */
export function importOrder(graph: ModuleGraph, root: string): string[] {
  const order = new Set<string>();
  const visit = (fileName: string): void => {
    if (order.has(fileName)) return;
    for (const file of graph.modules.get(fileName)?.imports.values() ?? []) visit(file);
    order.add(fileName);
  };
  visit(root);
  return [...order];
}

/** The text of `require("text")`, or undefined for any other node. */
export function requiredSpecifier(node: lua.Node): string | undefined {
  if (!lua.isCallExpression(node) || !lua.isIdentifier(node.expression) || node.expression.text !== 'require') return;
  const [name] = node.params;
  return name && lua.isStringLiteral(name) && namedModule(name) === undefined ? name.value : undefined;
}

/** Adds what a compiled module imports and names. */
export function withImports(program: TS.Program, transpiled: TranspiledModule): GraphModule {
  const module: GraphModule = { ...transpiled, imports: new Map(), named: new Set() };
  walkLua(module.ast, (node) => {
    const specifier = requiredSpecifier(node);
    const target = specifier === undefined ? undefined : resolve(program, specifier, module.fileName);
    if (specifier !== undefined && target !== undefined) module.imports.set(specifier, target);
    const onDemand = lua.isStringLiteral(node) ? namedModule(node) : undefined;
    if (onDemand !== undefined && onDemand !== '') module.named.add(onDemand);
  });
  return module;
}

function resolve(program: TS.Program, specifier: string, from: string): string | undefined {
  const found = ts.resolveModuleName(specifier, from, program.getCompilerOptions(), ts.sys).resolvedModule;
  const file = found && program.getSourceFile(found.resolvedFileName);
  return file && !file.isDeclarationFile ? file.fileName : undefined;
}

function circle(program: TS.Program, files: readonly string[]): Problem {
  const [first = '', second = ''] = files;
  const names = files.map(relativePath);
  return {
    ...placeOfImport(program, first, second),
    message: `circular import, which fails at boot: ${names.join(' -> ')}`,
    cure: 'move what both need into a third module, or hand a function over as an argument',
  };
}

function placeOfImport(program: TS.Program, from: string, target: string): Partial<Problem> {
  const source = program.getSourceFile(from);
  for (const statement of source?.statements ?? []) {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue;
    const { moduleSpecifier } = statement;
    if (!source || !moduleSpecifier || !ts.isStringLiteral(moduleSpecifier)) continue;
    if (resolve(program, moduleSpecifier.text, from) === target) return placeOf(source, moduleSpecifier.getStart());
  }
  return { file: relativePath(from) };
}
