import ts from 'typescript';
import * as lua from 'typescript-to-lua';
import { walkLua } from './lua-ast/walk.ts';
import { namedModule } from './plugins/module-names.ts';
import { type Problem, relativePath } from './problem.ts';
import type { TranspiledModule } from './transpile.ts';

/** The modules of a program and how they come to the device. */
export interface ModuleGraph {
  modules: Map<string, GraphModule>;
  /** Files loaded at boot, in the order in which they run: what a module imports runs before it. Ends with the entry. */
  boot: string[];
  /** Files loaded by `require` on demand, and what only they import. */
  lazy: string[];
  problems: Problem[];
}

export interface GraphModule extends TranspiledModule {
  /** Imported files by the text of their `require`. */
  imports: Map<string, string>;
}

/** Follows the imports that survive compilation, from the entry on. */
export function buildGraph(
  program: ts.Program,
  entry: string,
  transpile: (file: ts.SourceFile) => TranspiledModule,
): ModuleGraph {
  const modules = new Map<string, GraphModule>();
  const problems: Problem[] = [];
  const named = new Set<string>();

  const load = (fileName: string): GraphModule => {
    const known = modules.get(fileName);
    if (known) return known;
    const file = program.getSourceFile(fileName);
    if (!file) throw new Error(`${fileName} is not part of the program`);
    const module = { ...transpile(file), imports: new Map<string, string>() };
    modules.set(fileName, module);
    problems.push(...module.problems);
    walkLua(module.ast, (node) => {
      const specifier = requiredSpecifier(node);
      const target = specifier === undefined ? undefined : resolve(program, specifier, fileName);
      if (specifier !== undefined && target !== undefined) module.imports.set(specifier, target);
      const onDemand = lua.isStringLiteral(node) ? namedModule(node) : undefined;
      if (onDemand !== undefined && onDemand !== '') named.add(onDemand);
    });
    return module;
  };

  const inOrder = (start: string, done: Set<string>): string[] => {
    const order: string[] = [];
    const path: string[] = [];
    const visit = (fileName: string): void => {
      if (done.has(fileName)) return;
      if (path.includes(fileName)) {
        problems.push(circle([...path.slice(path.indexOf(fileName)), fileName]));
        return;
      }
      path.push(fileName);
      for (const target of load(fileName).imports.values()) visit(target);
      path.pop();
      done.add(fileName);
      order.push(fileName);
    };
    visit(start);
    return order;
  };

  const done = new Set<string>();
  const boot = inOrder(entry, done);
  const lazy: string[] = [];
  // A set grows while it is walked: what a lazy module names is visited too.
  for (const fileName of named) lazy.push(...inOrder(fileName, done));
  return { modules, boot, lazy, problems };
}

/** The text of `require("text")`, or undefined for any other node. */
export function requiredSpecifier(node: lua.Node): string | undefined {
  if (!lua.isCallExpression(node) || !lua.isIdentifier(node.expression) || node.expression.text !== 'require') return;
  const [name] = node.params;
  return name && lua.isStringLiteral(name) && namedModule(name) === undefined ? name.value : undefined;
}

function resolve(program: ts.Program, specifier: string, from: string): string | undefined {
  const found = ts.resolveModuleName(specifier, from, program.getCompilerOptions(), ts.sys).resolvedModule;
  const file = found && program.getSourceFile(found.resolvedFileName);
  return file && !file.isDeclarationFile ? file.fileName : undefined;
}

function circle(files: readonly string[]): Problem {
  const names = files.map(relativePath);
  return {
    ...(names[0] !== undefined && { file: names[0] }),
    message: `circular import, which fails at boot: ${names.join(' -> ')}`,
    cure: 'move what both need into a third module, or hand a function over as an argument',
  };
}
