import { setFlagsFromString } from 'node:v8';
import type { Command } from 'commander';
import { ExitCode, UserError } from '../cli/exit.ts';
import { reportFailure } from '../cli/failure.ts';
import { type BuildOptions, type BuildResult, Builder } from './build.ts';
import { describeBuild } from './report/describe.ts';

interface Flags {
  project?: string;
  entry?: string;
  out?: string;
  lua?: boolean;
  numbers: string;
  watch?: boolean;
  census?: boolean;
  json?: boolean;
}

export function register(command: Command): void {
  command
    .option('--project <path>', 'tsconfig.json or its folder (default: firmware/, else the working directory)')
    .option('--entry <file>', 'module that runs at boot, relative to the project (default: src/main.ts)')
    .option('--out <dir>', 'where the files for the board go (default: dist/firmware)')
    .option('--lua', 'write plain Lua source instead of bytecode: runs on any NodeMCU board')
    .option('--numbers <kind>', 'kind of firmware build: float; integer builds are refused', 'float')
    .option('--watch', 'build again at every change')
    .option('--census', 'say also what the held heap of each file consists of, function by function')
    .option('--json', 'print each result as one line of JSON on stdout')
    .addHelpText('after', '\nExit codes: 0 good, 1 the source has errors or a budget is exceeded, 2 usage.')
    .action(async (flags: Flags) => {
      refuseIntegerBuilds(flags.numbers);
      const builder = new Builder(optionsFrom(flags));
      const print = (result: BuildResult): void =>
        console.log(flags.json ? JSON.stringify(result) : describeBuild(result));
      if (!flags.watch) {
        print(await once(builder));
        return;
      }
      const { watch } = await import('./watch.ts');
      await watch(builder, print, (error) => void reportFailure(error), interrupted());
    });
}

/** Without the optimising compiler for Lua in WebAssembly, which works for later: the process would wait for it. */
async function once(builder: Builder): Promise<BuildResult> {
  setFlagsFromString('--no-wasm-tier-up');
  try {
    return await builder.build();
  } finally {
    // V8 keeps the machine code of this run for one with the same flags.
    setFlagsFromString('--wasm-tier-up');
  }
}

/** Numbers of integer builds are 32-bit integers: another bytecode, and another arithmetic for the same source. */
function refuseIntegerBuilds(numbers: string): void {
  if (numbers === 'float') return;
  throw new UserError(
    numbers === 'integer'
      ? 'integer builds of NodeMCU are not supported: 7 / 2 is 3 there, and their bytecode is another'
      : `there are no ${numbers} builds of NodeMCU`,
    'flash a float build, which is what build services give by default, and leave --numbers out',
    ExitCode.usage,
  );
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
    ...(flags.census && { census: true }),
    ...(flags.lua && { kind: 'lua' as const }),
  };
}
