import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { firmwareRoot } from '../project.ts';
import { ledServerFolder } from './led-servers.ts';

const repository = fileURLToPath(new URL('../../../', import.meta.url));

/** tstl asks the program which file is the default library; with `noLib` none is, and arrays would be miscompiled. */
const standardLibraryPlugin = `
module.exports = {
  beforeTransform(program) {
    program.isSourceFileDefaultLibrary = (file) => file.fileName.endsWith('/std/javascript.d.ts');
  },
};
`;

/** How long to wait for a first build and for a rebuild, ms. */
const startPatience = 60_000;
const editPatience = 5_000;
/** Pause between rebuilds, ms, in which what follows the output comes to its end. */
const restMs = 600;

/** A copy of the LED server that both `tstl` and `last-ack` can build. */
export class BuildRace {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'last-ack-race-'));
  private readonly edited = path.join(this.folder, 'src/leds.ts');
  private edits = 0;

  constructor() {
    mkdirSync(path.join(this.folder, 'src'));
    cpSync(ledServerFolder, path.join(this.folder, 'src'), { recursive: true });
    symlinkSync(path.join(repository, 'node_modules'), path.join(this.folder, 'node_modules'));
    writeFileSync(path.join(this.folder, 'standard-library.cjs'), standardLibraryPlugin);
    const config = {
      extends: `${firmwareRoot}tsconfig.base.json`,
      include: ['src'],
      compilerOptions: { noEmit: false, rootDir: 'src', outDir: 'out', rewriteRelativeImportExtensions: true },
      tstl: {
        luaTarget: '5.1',
        luaLibImport: 'require-minimal',
        noHeader: true,
        noImplicitSelf: true,
        luaPlugins: [{ name: './standard-library.cjs' }],
      },
    };
    writeFileSync(path.join(this.folder, 'tsconfig.json'), JSON.stringify(config));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Milliseconds from start to exit of one build in a process of its own. */
  async coldBuild(tool: 'tstl' | 'last-ack'): Promise<number> {
    const started = performance.now();
    const child = this.start(tool, []);
    const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
    if (code !== 0) throw new Error(`${tool} failed with exit code ${code}`);
    return performance.now() - started;
  }

  /** Milliseconds from the change of a file to the output that follows from it, several times. */
  async rebuilds(tool: 'tstl' | 'last-ack', times: number): Promise<number[]> {
    const output = path.join(this.folder, tool === 'tstl' ? 'out/leds.lua' : 'board/main.lc');
    rmSync(output, { force: true });
    const child = this.start(tool, ['--watch']);
    try {
      if (!(await isWritten(output, undefined, startPatience))) throw new Error(`${tool} --watch builds nothing`);
      const measured: number[] = [];
      for (let attempt = 0; measured.length < times && attempt < 3 * times; attempt++) {
        await sleep(restMs);
        const before = statSync(output).mtimeMs;
        const started = performance.now();
        this.edit();
        // A watcher may miss a change that comes while it is busy; the next one counts then.
        if (await isWritten(output, before, editPatience)) measured.push(performance.now() - started);
      }
      if (measured.length < times) throw new Error(`${tool} --watch does not notice changes`);
      return measured;
    } finally {
      // It may still be at work on what the last edit left behind.
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    }
  }

  /** A change that reaches the output. */
  private edit(): void {
    const text = readFileSync(this.edited, 'utf8');
    writeFileSync(this.edited, text.replace(/SHORTEST = \d+/, `SHORTEST = ${20 + ++this.edits}`));
  }

  private start(tool: 'tstl' | 'last-ack', flags: readonly string[]): ChildProcess {
    const args =
      tool === 'tstl'
        ? [path.join(repository, 'node_modules/typescript-to-lua/dist/tstl.js'), '-p', '.', ...flags]
        : [
            path.join(repository, 'tools/cli/last-ack.js'),
            'build',
            '--project',
            '.',
            '--out',
            'board',
            '--json',
            ...flags,
          ];
    return spawn(process.execPath, args, { cwd: this.folder, stdio: ['ignore', 'ignore', 'inherit'] });
  }
}

/** True when a file is there with another time than `before`, false when that does not come in time. */
async function isWritten(file: string, before: number | undefined, patience: number): Promise<boolean> {
  const deadline = performance.now() + patience;
  while (performance.now() < deadline) {
    const now = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
    if (now !== undefined && now !== before) return true;
    await sleep(1);
  }
  return false;
}
