import type TS from 'typescript';
import { ts } from './typescript.ts';
import * as lua from 'typescript-to-lua';
import type { Asset, AssetStore } from './assets/assets.ts';
import { toProblem } from './compiler-problem.ts';
import { findImpossible, withImpossible } from './impossible-syntax.ts';
import { assetConstants } from './plugins/asset-constants.ts';
import { isBitOperatorWarning } from './plugins/bit-operators.ts';
import { flatConcatenation } from './plugins/concatenation.ts';
import { moduleNames } from './plugins/module-names.ts';
import { noRuntimeLibrary } from './plugins/runtime-library.ts';
import { stringMethods } from './plugins/string-methods.ts';
import type { Problem } from './problem.ts';

/** One TypeScript module as a Lua syntax tree. Never changed after it was made. */
export interface TranspiledModule {
  fileName: string;
  ast: lua.File;
  problems: readonly Problem[];
  /** Files that its code names and that therefore go to the board. */
  assets: readonly Asset[];
}

export interface TranspileOptions {
  assets: AssetStore;
  /** Use the plugins that make the code leaner. */
  optimise: boolean;
}

/** Compiles one source file of a program that has no type errors. */
export function transpile(program: TS.Program, file: TS.SourceFile, options: TranspileOptions): TranspiledModule {
  let ast: lua.File | undefined;
  const assets = new Set<Asset>();
  const capture: lua.Plugin = {
    printer: (_program, _host, _fileName, tree) => {
      ast = tree;
      return new lua.LuaPrinter(ts.sys, program, file.fileName).print(lua.createFile([], new Set(), ''));
    },
  };
  const { diagnostics } = lua.getProgramTranspileResult(ts.sys, () => undefined, {
    program,
    sourceFiles: [file],
    plugins: [
      noRuntimeLibrary,
      moduleNames,
      assetConstants(
        (source) => options.assets.get(source),
        (asset) => assets.add(asset),
      ),
      ...(options.optimise ? [flatConcatenation, stringMethods] : []),
      capture,
    ],
  });
  const errors = diagnostics.filter((d) => d.category === ts.DiagnosticCategory.Error && !isBitOperatorWarning(d));
  if (!ast) throw new Error(`typescript-to-lua gave nothing for ${file.fileName}`);
  const problems = withImpossible(errors.map(toProblem), findImpossible(file, program.getTypeChecker()));
  return { fileName: file.fileName, ast, problems, assets: [...assets] };
}
