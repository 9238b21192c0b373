import { realpathSync } from 'node:fs';
import ts from 'typescript';
import { toProblem } from './compiler-problem.ts';
import type { Problem } from './problem.ts';
import { type Project, firmwareRoot, normalise } from './project.ts';

/**
 * The file that plays the part of TypeScript's lib.es5: typescript-to-lua asks the program for it before it compiles
 * `list.push(x)` to plain Lua. Everything else in firmware/std is the device's own and compiles to ordinary calls.
 */
const javascriptLibrary = `${firmwareRoot}std/javascript.d.ts`;

/** Declaration files that were read before, for all projects of this process: they are parsed with the same options. */
const declarations = new Map<string, { version: string; file: ts.SourceFile }>();

/** Type checks a project again and again, reusing every file that did not change. */
export class Compiler {
  private readonly project: Project;
  private readonly sourceFiles = new Map<string, { version: string; file: ts.SourceFile }>();
  private readonly host: ts.CompilerHost;
  private previous: ts.Program | undefined;

  constructor(project: Project) {
    this.project = project;
    const host = ts.createCompilerHost(project.options);
    const readFromDisk = host.getSourceFile.bind(host);
    this.host = {
      ...host,
      getSourceFile: (fileName, languageVersion, onError) => {
        const version = versionOf(fileName);
        const cache = fileName.endsWith('.d.ts') ? declarations : this.sourceFiles;
        const known = cache.get(fileName);
        if (known?.version === version) return known.file;
        const file = readFromDisk(fileName, languageVersion, onError);
        if (file) cache.set(fileName, { version, file });
        return file;
      },
    };
  }

  /** The program as the files are now. */
  program(): ts.Program {
    const program = ts.createProgram({
      rootNames: this.project.fileNames,
      options: this.project.options,
      host: this.host,
      ...(this.previous && { oldProgram: this.previous }),
    });
    program.isSourceFileDefaultLibrary = isJavascriptLibrary;
    this.previous = program;
    return program;
  }
}

/** Everything that TypeScript has against a program. */
export function findTypeErrors(program: ts.Program): Problem[] {
  if (!program.getSourceFiles().some(isJavascriptLibrary)) return [withoutStandardLibrary];
  const diagnostics = [
    ...program.getConfigFileParsingDiagnostics(),
    ...program.getOptionsDiagnostics(),
    ...program.getSyntacticDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...program.getSemanticDiagnostics(),
  ];
  // Something unused is a matter for the editor and for lint: it keeps no program from running.
  const errors = diagnostics.filter((d) => d.category === ts.DiagnosticCategory.Error && !d.reportsUnnecessary);
  return errors.map(toProblem);
}

/** Compiling without it would silently turn `list.push(x)` into a call of a method that no table has. */
const withoutStandardLibrary: Problem = {
  message: "the project does not use this package's standard library",
  cure: 'let tsconfig.json extend last-ack/firmware/tsconfig.base.json and leave "files" and "noLib" as they are there',
};

function isJavascriptLibrary(file: ts.SourceFile): boolean {
  return file.fileName.endsWith('/std/javascript.d.ts') && normalise(realpathSync(file.fileName)) === javascriptLibrary;
}

/** Changes whenever the file does. */
function versionOf(fileName: string): string {
  return `${ts.sys.getModifiedTime?.(fileName)?.getTime() ?? 0}`;
}
