import { existsSync } from 'node:fs';
import path from 'node:path';
import type ts from 'typescript';
import { ExitCode, UserError } from '../cli/exit.ts';
import { readChunk } from '../bytecode/read-chunk.ts';
import { stripNames } from '../bytecode/strip.ts';
import { writeChunk } from '../bytecode/write-chunk.ts';
import { AssetStore } from './assets/assets.ts';
import { findAssets } from './assets/find-assets.ts';
import { arrangeChunks } from './chunks.ts';
import { compileLua } from './compile-lua.ts';
import { nameModules } from './device-names.ts';
import { initLua } from './init-lua.ts';
import { buildGraph } from './module-graph.ts';
import { type Manifest, type Output, describeFiles, removeLeftovers, replaceOutput } from './output.ts';
import { printLua } from './print-lua.ts';
import { BuildError, type Problem, placeOf, relativePath } from './problem.ts';
import { Compiler, findTypeErrors } from './program.ts';
import { type Project, normalise, readProject } from './project.ts';
import { transpile } from './transpile.ts';

export interface BuildOptions {
  /** A tsconfig file or the folder that holds one; default: `firmware/`, else the working directory. */
  project?: string;
  /** The module that runs at boot, relative to the project's folder; default `src/main.ts`. */
  entry?: string;
  /** Default `dist/firmware`, relative to the working directory. */
  outDir?: string;
  /** `bytecode` (default) or plain Lua source that any NodeMCU board or host can run. */
  kind?: Manifest['kind'];
  /** Put all modules that are loaded at boot into one scope; default true. */
  hoist?: boolean;
  /** Compile concatenations and string functions leaner than typescript-to-lua does; default true. */
  optimise?: boolean;
}

export interface BuildResult {
  outDir: string;
  manifest: Manifest;
  /** Files that differ from the previous build, names in `outDir`. */
  changed: string[];
  durationMs: number;
}

/** Builds a project once. Throws BuildError (a UserError) with every problem; then the output is as it was. */
export function build(options: BuildOptions = {}): Promise<BuildResult> {
  return Promise.resolve().then(() => new Builder(options).build());
}

/** Builds a project repeatedly, doing again only what a change asks for. */
export class Builder {
  readonly outDir: string;
  readonly project: Project;
  private readonly entry: string;
  private readonly kind: Manifest['kind'];
  private readonly hoist: boolean;
  private readonly optimise: boolean;
  private readonly compiler: Compiler;
  private readonly assets = new AssetStore();

  constructor(options: BuildOptions) {
    this.project = readProject(options.project);
    this.entry = findEntry(this.project, options.entry);
    this.outDir = path.resolve(options.outDir ?? 'dist/firmware');
    this.kind = options.kind ?? 'bytecode';
    this.hoist = options.hoist ?? true;
    this.optimise = options.optimise ?? true;
    this.compiler = new Compiler(this.project);
  }

  async build(): Promise<BuildResult> {
    const started = performance.now();
    const program = this.compiler.program();
    const typeErrors = findTypeErrors(program);
    if (typeErrors.length > 0) throw new BuildError(typeErrors);
    await this.prepareAssets(program);
    const graph = buildGraph(program, this.entry, (file) =>
      transpile(program, file, { assets: this.assets, optimise: this.optimise }),
    );
    const { names, problems } = nameModules([...graph.modules.keys()], path.posix.dirname(this.entry));
    if (graph.problems.length + problems.length > 0) throw new BuildError([...graph.problems, ...problems]);

    const output: Output = { board: new Map(), host: new Map() };
    for (const chunk of arrangeChunks(graph, names, this.hoist)) {
      const { code, map } = printLua(program, chunk.segments, this.outDir);
      output.host.set(`${chunk.name}.lua.map`, Buffer.from(map));
      if (this.kind === 'lua') output.board.set(`${chunk.name}.lua`, Buffer.from(code));
      else output.board.set(`${chunk.name}.lc`, compileForDevice(code, chunk.name));
    }
    for (const { assets } of graph.modules.values()) {
      for (const asset of assets) output.board.set(asset.name, asset.bytes);
    }
    output.board.set('init.lua', Buffer.from(initLua(names.get(this.entry) ?? 'main')));
    const manifest: Manifest = { format: 1, entry: 'init.lua', kind: this.kind, files: describeFiles(output.board) };
    output.host.set('manifest.json', Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`));
    removeLeftovers(this.outDir);
    const changed = replaceOutput(this.outDir, output);
    return { outDir: this.outDir, manifest, changed, durationMs: performance.now() - started };
  }

  private async prepareAssets(program: ts.Program): Promise<void> {
    const missing: Problem[] = [];
    for (const { node, source } of findAssets(program)) {
      try {
        await this.assets.prepare(source);
      } catch (error) {
        missing.push({
          ...placeOf(node.getSourceFile(), node.getStart()),
          message: `cannot prepare ${relativePath(source)}: ${error instanceof Error ? error.message : String(error)}`,
          cure: 'give $asset the path of an existing file, relative to this module',
        });
      }
    }
    if (missing.length > 0) throw new BuildError(missing);
  }
}

function compileForDevice(code: string, name: string): Uint8Array {
  const prototype = readChunk(compileLua(code, `@${name}.lua`), 'stock');
  return writeChunk(stripNames(prototype), 'device');
}

function findEntry(project: Project, entry = 'src/main.ts'): string {
  const file = normalise(path.resolve(path.dirname(project.configFile), entry));
  if (existsSync(file)) return file;
  throw new UserError(
    `the entry module ${file} does not exist`,
    'write src/main.ts, or name another module with --entry',
    ExitCode.usage,
  );
}
