import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type BuildOptions, build } from '../build.ts';
import { TestProject } from '../test-project.ts';
import { runLua } from './run-lua.ts';

/** Ways to build that must all give programs that do the same. */
export const variants: Readonly<Record<string, BuildOptions>> = {
  'as typescript-to-lua does it': { kind: 'lua', hoist: false, optimise: false },
  'with plugins': { kind: 'lua', hoist: false, optimise: true },
  hoisted: { kind: 'lua', hoist: true, optimise: false },
  'as Lua source': { kind: 'lua' },
  'as bytecode': { kind: 'bytecode' },
};

/** What a program prints on Lua, built in each way. */
export async function runVariants(files: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const project = new TestProject(files);
  try {
    const results: Record<string, string> = {};
    for (const [name, options] of Object.entries(variants)) {
      const { outDir, manifest } = await build({
        project: project.folder,
        outDir: project.outDir,
        measure: false,
        ...options,
      });
      const read = manifest.files.map((file) => [file.name, readFileSync(path.join(outDir, file.name))] as const);
      results[name] = runLua(new Map(read));
    }
    return results;
  } finally {
    project.remove();
  }
}
