import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Command } from 'commander';
import pc from 'picocolors';
import { ExitCode, UserError } from '../cli/exit.ts';
import { reportFailure } from '../cli/failure.ts';
import { clearsBar, describe, type Bench, type Figure } from './bench.ts';

const SUFFIX = '.bench.ts';
const root = fileURLToPath(new URL('../../', import.meta.url));

const files = new Map(
  ['tools', 'host-tests', 'firmware']
    .flatMap((wing) =>
      readdirSync(join(root, wing), { recursive: true, encoding: 'utf8' }).map((path) => join(wing, path)),
    )
    .filter((path) => path.endsWith(SUFFIX) && !path.includes('node_modules'))
    .map((path) => [basename(path, SUFFIX), path]),
);

const program = new Command('bench')
  .description('Measures speed against the bars of the project. Needs a quiet machine.')
  .argument('[names...]', `which benchmarks, all unless named: ${[...files.keys()].join(', ')}`)
  .option('--smoke', 'only see that each runs: seconds instead of minutes, no bar', false)
  .option('--only <text>', 'rows with this in their subject, where the benchmark can tell them apart')
  .option('--json', 'print the figures as JSON on stdout', false)
  .addHelpText('after', '\nExit codes: 0 every bar is cleared, 1 one is not, 2 usage.')
  .action(async (names: string[], { smoke, only, json }: { smoke: boolean; only?: string; json: boolean }) => {
    const figures: Figure[] = [];
    const isWanted = (subject: string): boolean => only === undefined || subject.includes(only);
    const wanted = (names.length > 0 ? names : [...files.keys()]).map((name) => ({ name, path: pathOf(name) }));
    for (const { name, path } of wanted) {
      const { bench } = (await import(pathToFileURL(join(root, path)).href)) as { bench: Bench };
      if (!json) console.log(pc.bold(`${name}: ${bench.summary}`));
      const report = (measured: Figure): void => {
        const figure = smoke ? withoutBar(measured) : measured;
        figures.push(figure);
        if (!json) console.log(`${clearsBar(figure) ? pc.green('ok ') : pc.red('!! ')} ${describe(figure)}`);
      };
      await bench.run(report, smoke ? 'smoke' : 'full', isWanted);
    }
    if (json) console.log(JSON.stringify(figures.map((figure) => ({ ...figure, clearsBar: clearsBar(figure) }))));
    process.exitCode = figures.every(clearsBar) ? ExitCode.good : ExitCode.failed;
  });

function withoutBar({ bar: _, ...figure }: Figure): Figure {
  return figure;
}

function pathOf(name: string): string {
  const path = files.get(name);
  if (path !== undefined) return path;
  throw new UserError(`there is no benchmark ${name}`, `choose from ${[...files.keys()].join(', ')}`, ExitCode.usage);
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
}
