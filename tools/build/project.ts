import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import type TS from 'typescript';
import { ts } from './typescript.ts';
import { type CompilerOptions, LuaLibImportKind, LuaTarget } from 'typescript-to-lua';
import { ExitCode, UserError } from '../cli/exit.ts';
import { toProblem } from './compiler-problem.ts';
import { packageRoot } from './package-root.ts';
import { BuildError } from './problem.ts';

/** A firmware project: its TypeScript configuration, read and completed. */
export interface Project {
  configFile: string;
  fileNames: string[];
  options: CompilerOptions;
}

/** The package's own firmware/, where the standard library lies; real path, forward slashes, one at the end. */
export const firmwareRoot = `${normalise(packageRoot)}/firmware/`;

/**
 * Finds and reads a project. `where` is a tsconfig file or a folder that holds one; without it, `firmware/` is tried
 * and then the working directory. Throws UserError when there is none and BuildError when it is wrong.
 */
export function readProject(where?: string): Project {
  const configFile = findConfig(where);
  const parsed = ts.getParsedCommandLineOfConfigFile(configFile, leanOptions, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
      throw new BuildError([toProblem(diagnostic)]);
    },
  });
  if (!parsed) throw new UserError(`${configFile} cannot be read`, 'check that it is valid JSON');
  const errors = parsed.errors.filter((error) => error.category === ts.DiagnosticCategory.Error);
  if (errors.length > 0) throw new BuildError(errors.map(toProblem));
  return {
    configFile,
    fileNames: parsed.fileNames,
    options: { ...(parsed.options as CompilerOptions), ...luaOptions },
  };
}

/** What a build decides whatever the project says: the settings that give the leanest correct Lua. */
const leanOptions: TS.CompilerOptions = {
  noEmit: false,
  noLib: true,
  removeComments: true,
  sourceMap: true,
  isolatedModules: false,
  verbatimModuleSyntax: false,
  preserveConstEnums: false,
  declaration: false,
  composite: false,
  incremental: false,
  // tsc wants this beside allowImportingTsExtensions as soon as it may emit.
  rewriteRelativeImportExtensions: true,
};

const luaOptions: CompilerOptions = {
  luaTarget: LuaTarget.Lua51,
  luaLibImport: LuaLibImportKind.RequireMinimal,
  noHeader: true,
  noImplicitSelf: true,
  noImplicitGlobalVariables: true,
};

function findConfig(where: string | undefined): string {
  const candidates = where === undefined ? ['firmware', '.'] : [where];
  for (const candidate of candidates) {
    const file = isFolder(candidate) ? path.join(candidate, 'tsconfig.json') : candidate;
    if (existsSync(file)) return normalise(path.resolve(file));
  }
  throw new UserError(
    where === undefined ? 'no firmware project here' : `no tsconfig.json at ${where}`,
    'run this in a project made by `last-ack new <dir>`, or name its folder with --project',
    ExitCode.usage,
  );
}

function isFolder(name: string): boolean {
  return statSync(name, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

export function normalise(file: string): string {
  return file.replaceAll('\\', '/');
}
