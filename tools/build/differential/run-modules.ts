import path from 'node:path';
import vm from 'node:vm';
import { ts } from '../typescript.ts';

/** Runs TypeScript modules as JavaScript in a context, from `main.ts` on. `files` by path below the root. */
export function runModules(files: Readonly<Record<string, string>>, context: vm.Context): void {
  const loaded = new Map<string, Record<string, unknown>>();
  const load = (file: string): Record<string, unknown> => {
    const known = loaded.get(file);
    if (known) return known;
    const exports: Record<string, unknown> = {};
    loaded.set(file, exports);
    const resolve = (specifier: string): string => path.posix.join(path.posix.dirname(file), specifier);
    const code = ts.transpileModule(files[file] ?? '', {
      compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
    }).outputText;
    const run = vm.runInContext(
      `(function (exports, importModule, $module, require) {${code.replaceAll('require("', 'importModule("')}\n})`,
      context,
    ) as (...args: unknown[]) => void;
    // An import is relative to its file; what `$module` gives is not.
    run(exports, (specifier: string) => load(resolve(specifier)), resolve, load);
    return exports;
  };
  load('main.ts');
}
