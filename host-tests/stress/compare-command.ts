import type { Command } from 'commander';
import { ExitCode } from '../../tools/cli/exit.ts';
import { compareReports, comparisonNotes, comparisonText } from './report/compare.ts';
import { loadReport } from './report/load-report.ts';

export function register(command: Command): void {
  command
    .argument('<before>', 'JSON file of `last-ack stress`')
    .argument('<after>', 'another one')
    .option('--json', 'print the figures as JSON on stdout', false)
    .addHelpText('after', '\nExit codes: 0 nothing got worse, 1 something did, 2 usage.')
    .action(compare);
}

async function compare(before: string, after: string, { json }: { json: boolean }): Promise<void> {
  const [was, is] = [await loadReport(before), await loadReport(after)];
  const figures = compareReports(was, is);
  for (const note of comparisonNotes(was, is)) console.error(`note: ${note}`);
  console.log(json ? JSON.stringify(figures) : comparisonText(figures));
  process.exitCode = figures.some(({ trend }) => trend === 'worse') ? ExitCode.failed : ExitCode.good;
}
