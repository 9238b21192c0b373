import path from 'node:path';
import type { Command } from 'commander';
import pc from 'picocolors';
import { type BuildOptions, type BuildResult, build } from './build.ts';

interface Flags {
  project?: string;
  entry?: string;
  out?: string;
  lua?: boolean;
  json?: boolean;
}

export function register(command: Command): void {
  command
    .option('--project <path>', 'tsconfig.json or its folder (default: firmware/, else the working directory)')
    .option('--entry <file>', 'module that runs at boot, relative to the project (default: src/main.ts)')
    .option('--out <dir>', 'where the files for the board go (default: dist/firmware)')
    .option('--lua', 'write plain Lua source instead of bytecode: runs on any NodeMCU board')
    .option('--json', 'print the result as JSON on stdout')
    .action(async (flags: Flags) => {
      const result = await build(optionsFrom(flags));
      if (flags.json) console.log(JSON.stringify(result));
      else console.log(describe(result));
    });
}

function optionsFrom(flags: Flags): BuildOptions {
  return {
    ...(flags.project !== undefined && { project: flags.project }),
    ...(flags.entry !== undefined && { entry: flags.entry }),
    ...(flags.out !== undefined && { outDir: flags.out }),
    ...(flags.lua && { kind: 'lua' as const }),
  };
}

function describe(result: BuildResult): string {
  const { files } = result.manifest;
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const lines = files.map((file) => `  ${file.name.padEnd(31)} ${String(file.size).padStart(6)} B`);
  lines.push(`${pc.green('built')} ${files.length} files, ${total} B, in ${Math.round(result.durationMs)} ms`);
  lines.push(`  ${path.relative(process.cwd(), result.outDir)}: ${result.changed.length} changed`);
  return lines.join('\n');
}
