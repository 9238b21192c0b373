import type { Command } from 'commander';
import { reportFailure } from '../cli/failure.ts';
import { type BuildOptions, type BuildResult, Builder } from './build.ts';
import { describeBuild } from './report/describe.ts';

interface Flags {
  project?: string;
  entry?: string;
  out?: string;
  lua?: boolean;
  watch?: boolean;
  json?: boolean;
}

export function register(command: Command): void {
  command
    .option('--project <path>', 'tsconfig.json or its folder (default: firmware/, else the working directory)')
    .option('--entry <file>', 'module that runs at boot, relative to the project (default: src/main.ts)')
    .option('--out <dir>', 'where the files for the board go (default: dist/firmware)')
    .option('--lua', 'write plain Lua source instead of bytecode: runs on any NodeMCU board')
    .option('--watch', 'build again at every change')
    .option('--json', 'print each result as one line of JSON on stdout')
    .action(async (flags: Flags) => {
      const builder = new Builder(optionsFrom(flags));
      const print = (result: BuildResult): void =>
        console.log(flags.json ? JSON.stringify(result) : describeBuild(result));
      if (!flags.watch) {
        print(await builder.build());
        return;
      }
      const { watch } = await import('./watch.ts');
      await watch(builder, print, (error) => void reportFailure(error), interrupted());
    });
}

function interrupted(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  process.once('SIGTERM', () => controller.abort());
  return controller.signal;
}

function optionsFrom(flags: Flags): BuildOptions {
  return {
    ...(flags.project !== undefined && { project: flags.project }),
    ...(flags.entry !== undefined && { entry: flags.entry }),
    ...(flags.out !== undefined && { outDir: flags.out }),
    ...(flags.lua && { kind: 'lua' as const }),
  };
}
