import { existsSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type TS from 'typescript';
import { ExitCode, UserError } from '../cli/exit.ts';
import { AssetStore } from './assets/assets.ts';
import { findAssets } from './assets/find-assets.ts';
import { type Chunk, arrangeChunks } from './chunks.ts';
import { nameModules } from './device-names.ts';
import { ChunkEmitter, type EmittedChunk } from './emit-chunk.ts';
import { initLua } from './init-lua.ts';
import { type GraphModule, type ModuleGraph, buildGraph, withImports } from './module-graph.ts';
import { type Manifest, type Output, describeFiles, replaceOutput } from './output.ts';
import { BuildError, type Problem, placeOf, relativePath } from './problem.ts';
import { Compiler } from './program.ts';
import { type Project, normalise, readProject } from './project.ts';
import { overBudget, readBudgets } from './report/budgets.ts';
import {
  type BuildReport,
  type FileReport,
  compareReports,
  heapMethod,
  readPreviousReport,
  reportName,
} from './report/report.ts';
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
  /** Measure what each file costs on the heap; default true. */
  measure?: boolean;
  /** Report also what the held heap of each file consists of; default false. */
  census?: boolean;
}

export interface BuildResult {
  outDir: string;
  manifest: Manifest;
  report: BuildReport;
  /** Files that differ from the previous build, names in `outDir`. */
  changed: string[];
  durationMs: number;
}

interface Compiled {
  graph: ModuleGraph;
  /** Names on the board by file. */
  names: ReadonlyMap<string, string>;
  chunks: readonly Chunk[];
  emitted: readonly EmittedChunk[];
}

/** Builds a project once. Throws BuildError (a UserError) with every problem; then the output is as it was. */
export function build(options: BuildOptions = {}): Promise<BuildResult> {
  return Promise.resolve().then(() => new Builder(options).build());
}

/** Builds a project repeatedly, doing again only what a change asks for. */
export class Builder {
  readonly outDir: string;
  private readonly entry: string;
  private readonly options: BuildOptions;
  private compiler: Compiler;
  /** The project was read for the build that comes now. */
  private isFresh = true;
  private readonly emitter: ChunkEmitter;
  private readonly assets = new AssetStore();
  private readonly modules = new Map<string, GraphModule>();
  private rehearsals = 0;

  constructor(options: BuildOptions) {
    this.options = options;
    const project = readProject(options.project);
    this.entry = findEntry(project, options.entry);
    this.outDir = path.resolve(options.outDir ?? 'dist/firmware');
    this.compiler = new Compiler(project);
    this.emitter = new ChunkEmitter(this.kind, this.outDir, options.measure ?? true);
  }

  get project(): Project {
    return this.compiler.project;
  }

  private get kind(): Manifest['kind'] {
    return this.options.kind ?? 'bytecode';
  }

  async build(): Promise<BuildResult> {
    const started = performance.now();
    this.followProject();
    const { graph, names, chunks, emitted } = await this.compile();
    const output = this.arrangeOutput(graph, emitted);
    output.board.set('init.lua', Buffer.from(initLua(names.get(this.entry) ?? 'main')));
    const previous = readPreviousReport(this.outDir);
    // They are set for the program of the project, not for another one of its modules that is tried out.
    const budgets = this.options.entry === undefined ? readBudgets(path.dirname(this.project.configFile)) : undefined;
    if (budgets) refuse(overBudget(budgets, reportFiles(output, chunks, emitted)));
    const manifest: Manifest = { format: 1, entry: 'init.lua', kind: this.kind, files: describeFiles(output.board) };
    output.host.set('manifest.json', asJson(manifest));
    const changed = replaceOutput(this.outDir, output);
    // Without budgets nothing depends on the heap figures, and the board need not wait for them.
    const files = reportFiles(output, chunks, emitted, this.options.census);
    const report = { files, method: heapMethod, change: compareReports(previous, files) };
    writeFileSync(path.join(this.outDir, reportName), asJson(report));
    return { outDir: this.outDir, manifest, report, changed, durationMs: performance.now() - started };
  }

  /**
   * Compiles one module as if it had changed, another one each time, and writes nothing. JavaScript is slow until it
   * has run some times; after rehearsals the first real change does not have to wait for that.
   */
  async rehearse(): Promise<void> {
    const files = [...this.modules.keys()];
    const file = files[this.rehearsals++ % files.length];
    if (file === undefined) return;
    this.compiler.touch(file);
    await this.compile();
  }

  private async compile(): Promise<Compiled> {
    const { program, problems, affected } = this.compiler.check();
    for (const file of affected) this.modules.delete(file);
    refuse(problems);
    await this.prepareAssets(program);
    const graph = buildGraph(program, this.entry, (file) => this.module(program, file));
    const { names, problems: ofNames } = nameModules([...graph.modules.keys()], path.posix.dirname(this.entry));
    refuse([...graph.problems, ...ofNames]);
    const chunks = arrangeChunks(graph, names, this.options.hoist ?? true);
    const emitted = chunks.map((chunk) => this.emitter.emit(program, chunk));
    refuse(emitted.flatMap((chunk) => chunk.problems));
    return { graph, names, chunks, emitted };
  }

  /** Files may have come or gone, declarations that nothing imports among them, and tsconfig.json may have changed. */
  private followProject(): void {
    const isFresh = this.isFresh;
    this.isFresh = false;
    if (isFresh) return;
    const project = readProject(this.options.project);
    if (this.compiler.follow(project)) return;
    this.compiler = new Compiler(project);
    this.modules.clear();
  }

  /** A module as it was compiled before, unless it or a file that it embeds has changed. */
  private module(program: TS.Program, file: TS.SourceFile): GraphModule {
    const known = this.modules.get(file.fileName);
    if (known?.assets.every((asset) => this.assets.get(asset.source) === asset)) return known;
    const optimise = this.options.optimise ?? true;
    const module = withImports(program, transpile(program, file, { assets: this.assets, optimise }));
    this.modules.set(file.fileName, module);
    return module;
  }

  private arrangeOutput(graph: ModuleGraph, emitted: readonly EmittedChunk[]): Output {
    const output: Output = { board: new Map(), host: new Map() };
    for (const { fileName, bytes, map } of emitted) {
      output.board.set(fileName, bytes);
      output.host.set(`${path.parse(fileName).name}.lua.map`, Buffer.from(map));
    }
    for (const { assets } of graph.modules.values()) {
      for (const asset of assets) output.board.set(asset.name, asset.bytes);
    }
    return output;
  }

  private async prepareAssets(program: TS.Program): Promise<void> {
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
    refuse(missing);
  }
}

function asJson(content: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify(content, undefined, 2)}\n`);
}

function reportFiles(
  output: Output,
  chunks: readonly Chunk[],
  emitted: readonly EmittedChunk[],
  withCensus = false,
): FileReport[] {
  return [...output.board].map(([name, bytes]) => {
    const at = emitted.findIndex((chunk) => chunk.fileName === name);
    const modules = (chunks[at]?.modules ?? []).map(({ fileName }) => ({
      source: relativePath(fileName),
      bytes: statSync(fileName).size,
    }));
    const { census, ...heap } = emitted[at]?.heap() ?? {};
    return { name, bytes: bytes.length, modules, ...heap, ...(withCensus && census && { census }) };
  });
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new BuildError(problems);
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
