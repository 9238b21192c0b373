import { realpathSync } from 'node:fs';
import type TS from 'typescript';
import { ts } from './typescript.ts';
import { toProblem } from './compiler-problem.ts';
import { explain } from './impossible-syntax.ts';
import type { Problem } from './problem.ts';
import { type Project, firmwareRoot, normalise } from './project.ts';

/**
 * The file that plays the part of TypeScript's lib.es5: typescript-to-lua asks the program for it before it compiles
 * `list.push(x)` to plain Lua. Everything else in firmware/std is the device's own and compiles to ordinary calls.
 */
const javascriptLibrary = `${firmwareRoot}std/javascript.d.ts`;

interface ReadFile {
  version: string;
  file: TS.SourceFile;
}

/** Declaration files that were read before, for all projects of this process: they are parsed with the same options. */
const declarations = new Map<string, ReadFile>();

/** A program that was type checked, and how it differs from the one before. */
export interface CheckedProgram {
  program: TS.Program;
  problems: Problem[];
  /** Files whose compiled form may differ from the last time, by their own change or by that of a type they use. */
  affected: ReadonlySet<string>;
}

/** Type checks a project again and again, doing only what the changes since the last time ask for. */
export class Compiler {
  project: Project;
  private readonly sourceFiles = new Map<string, ReadFile>();
  private readonly host: TS.CompilerHost;
  private previous: TS.SemanticDiagnosticsBuilderProgram | undefined;
  private readonly touched = new Map<string, number>();

  constructor(project: Project) {
    this.project = project;
    const host = ts.createCompilerHost(project.options);
    const readFromDisk = host.getSourceFile.bind(host);
    this.host = {
      ...host,
      resolveModuleNameLiterals: (names, from, redirected, options, file) =>
        names.map((name) => {
          const mode = ts.getModeForUsageLocation(file, name, options);
          const resolution = ts.resolveModuleName(name.text, from, options, host, undefined, redirected, mode);
          const found = resolution.resolvedModule;
          // TypeScript of a package is compiled like the project's own; as a library's it would be left out.
          return found?.extension === ts.Extension.Ts
            ? { ...resolution, resolvedModule: { ...found, isExternalLibraryImport: false } }
            : resolution;
        }),
      createHash: ts.sys.createHash?.bind(ts.sys) ?? ((text) => text),
      getSourceFile: (fileName, languageVersion, onError) => {
        const version = `${versionOf(fileName)} ${this.touched.get(fileName) ?? 0}`;
        const cache = fileName.endsWith('.d.ts') ? declarations : this.sourceFiles;
        const known = cache.get(fileName);
        if (known?.version === version) return known.file;
        const file = readFromDisk(fileName, languageVersion, onError);
        // The builder compares versions to find what has changed.
        if (file) cache.set(fileName, { version, file: Object.assign(file, { version }) });
        return file;
      },
    };
  }

  /** Goes on with the files of a project that was read again; false when its settings differ. */
  follow(project: Project): boolean {
    if (JSON.stringify(project.options) !== JSON.stringify(this.project.options)) return false;
    this.project = project;
    return true;
  }

  /** Lets a file count as changed. */
  touch(fileName: string): void {
    this.touched.set(fileName, (this.touched.get(fileName) ?? 0) + 1);
  }

  /** The program as the files are now. */
  check(): CheckedProgram {
    const builder = ts.createSemanticDiagnosticsBuilderProgram(
      this.project.fileNames,
      this.project.options,
      this.host,
      this.previous,
    );
    this.previous = builder;
    const program = builder.getProgram();
    program.isSourceFileDefaultLibrary = isJavascriptLibrary;
    const affected = new Set<string>();
    for (let next = nextAffected(builder); next; next = nextAffected(builder)) {
      for (const file of filesOf(next.affected)) affected.add(file.fileName);
    }
    const sources = program.getSourceFiles().filter((file) => !file.isDeclarationFile);
    const problems = explain(findTypeErrors(builder), sources, program.getTypeChecker());
    // A program with errors is not built upon: the compiler would remember that a module was missing.
    if (problems.length > 0) this.previous = undefined;
    return { program, problems, affected };
  }
}

function nextAffected(
  builder: TS.SemanticDiagnosticsBuilderProgram,
): TS.AffectedFileResult<readonly TS.Diagnostic[]> | undefined {
  return builder.getSemanticDiagnosticsOfNextAffectedFile();
}

function filesOf(affected: TS.SourceFile | TS.Program): readonly TS.SourceFile[] {
  return 'getSourceFiles' in affected ? affected.getSourceFiles() : [affected];
}

/** Everything that TypeScript has against a program. */
function findTypeErrors(builder: TS.SemanticDiagnosticsBuilderProgram): Problem[] {
  if (!builder.getSourceFiles().some(isJavascriptLibrary)) return [withoutStandardLibrary];
  const diagnostics = [
    ...builder.getConfigFileParsingDiagnostics(),
    ...builder.getOptionsDiagnostics(),
    ...builder.getSyntacticDiagnostics(),
    ...builder.getGlobalDiagnostics(),
    ...builder.getSemanticDiagnostics(),
  ];
  // Something unused is a matter for the editor and for lint: it keeps no program from running.
  const errors = diagnostics.filter(
    (d) => d.category === ts.DiagnosticCategory.Error && !d.reportsUnnecessary && d.code !== notRewritten,
  );
  return errors.map(toProblem);
}

/** Compiling without it would silently turn `list.push(x)` into a call of a method that no table has. */
const withoutStandardLibrary: Problem = {
  message: "the project does not use this package's standard library",
  cure: 'let tsconfig.json extend last-ack/firmware/tsconfig.base.json and leave "files" and "noLib" as they are there',
};

/** "This import will not be rewritten during emit": of concern to who writes JavaScript. */
const notRewritten = 2877;

function isJavascriptLibrary(file: TS.SourceFile): boolean {
  return file.fileName.endsWith('/std/javascript.d.ts') && normalise(realpathSync(file.fileName)) === javascriptLibrary;
}

/** Changes whenever the file does. */
function versionOf(fileName: string): string {
  return `${ts.sys.getModifiedTime?.(fileName)?.getTime() ?? 0}`;
}
