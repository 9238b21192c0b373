import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { ExitCode } from '../../tools/cli/exit.ts';
import { startProgress } from '../../tools/cli/progress.ts';
import { WifiDriver } from '../drivers/wifi-driver.ts';
import { styleKinds } from './client/style.ts';
import { htmlReport } from './report/html.ts';
import { terminalReport } from './report/terminal.ts';
import { runStress } from './run.ts';
import { headLadder, stepsOf, type Step } from './schedule/ladder.ts';
import { parseLoad } from './schedule/load.ts';
import { DEFAULT_THRESHOLDS } from './thresholds.ts';

interface Options {
  host: string;
  port: number;
  path: string;
  method: 'HEAD' | 'GET';
  style: string;
  seed: number;
  quick: boolean;
  full: boolean;
  load?: string[];
  step?: number;
  deadline?: number;
  coolDown?: number;
  capture: 'auto' | 'none';
  threshold?: string[];
  out: string;
  html?: string;
  json: boolean;
}

const positive = (text: string): number => {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
};

const seconds = (text: string): number => positive(text) * 1000;

export function register(command: Command): void {
  command
    .requiredOption('--host <host>', 'name or IPv4 address of the board')
    .option('--port <port>', 'TCP port of its web server', positive, 80)
    .option('--path <path>', 'path to ask for', '/')
    .addOption(new Option('--method <method>', 'request method').choices(['HEAD', 'GET']).default('HEAD'))
    .option(
      '--style <style>',
      'what each client does, or a mix such as read-to-eof=7,client-first=2,speculative=1',
      'read-to-eof',
    )
    .option('--seed <number>', 'seed of the choices within a mix', positive, 1)
    .option('--quick', 'a few seconds in all, for a first look', false)
    .option('--full', 'every rung for 13 s, longer than TIME_WAIT, gaps halved down to 12.5 ms', false)
    .option(
      '--load <loads...>',
      'instead of the ladder: every:0.2s/13s rate:50 ramp:1-50/60s clients:20/2h clients:5@1s',
    )
    .option('--step <seconds>', 'length of every step', seconds)
    .option('--deadline <seconds>', 'longest life of one exchange', seconds)
    .option('--cool-down <seconds>', 'longest wait for the board to recover before heap and pcbs are compared', seconds)
    .addOption(
      new Option('--capture <how>', 'frames as evidence, or only sockets').choices(['auto', 'none']).default('auto'),
    )
    .option(
      '--threshold <rules...>',
      `what exit code 0 means, such as 'duel==0' 'p99<250ms' (default: ${DEFAULT_THRESHOLDS.join(' ')})`,
    )
    .option('--out <file>', 'the whole result as JSON', '.last-ack/stress.json')
    .option('--html <file>', 'the report as one HTML page (default: beside --out)')
    .option('--json', 'print the result as JSON on stdout', false)
    .addHelpText('after', stylesHelp())
    .addHelpText('after', '\nExit codes: 0 every threshold kept, 1 not, 2 usage, 3 nothing to hammer, 130 interrupted.')
    .action(stress);
}

async function stress(options: Options): Promise<void> {
  const interrupt = new AbortController();
  const onSignal = (): void => interrupt.abort();
  process.once('SIGINT', onSignal);
  const progress = startProgress('stress');
  try {
    const board = new WifiDriver(options.host, options.port);
    const report = await runStress({
      host: options.host,
      port: options.port,
      path: options.path,
      method: options.method,
      steps: stepsFor(options),
      capture: options.capture,
      board,
      seed: options.seed,
      signal: interrupt.signal,
      ...(options.deadline !== undefined && { deadlineMs: options.deadline }),
      ...(options.coolDown !== undefined && { coolDownMs: options.coolDown }),
      ...(options.threshold && { thresholds: options.threshold }),
      onProgress: ({ doneMs, totalMs, note }) => progress.update(doneMs, totalMs, note),
    });
    progress.stop();
    const html = options.html ?? options.out.replace(/(\.json)?$/, '.html');
    await mkdir(dirname(options.out), { recursive: true });
    await writeFile(options.out, `${JSON.stringify(report)}\n`);
    await writeFile(html, await htmlReport(report));
    console.log(
      options.json ? JSON.stringify(report) : `${terminalReport(report)}\n  report    ${html}, ${options.out}`,
    );
    process.exitCode = report.partial ? ExitCode.interrupted : report.passed ? ExitCode.good : ExitCode.failed;
  } finally {
    progress.stop();
    process.off('SIGINT', onSignal);
  }
}

function stylesHelp(): string {
  const lines = Object.entries(styleKinds).map(([name, { summary, number }]) => {
    const usual = number ? ` (:${number.meaning}, default ${number.usual})` : '';
    return `  ${name.padEnd(18)}${summary}${usual}`;
  });
  return `\nStyles:\n${lines.join('\n')}`;
}

function stepsFor({ load, style, quick, full, step }: Options): Step[] {
  if (load) return stepsOf(load.map(parseLoad), style);
  return headLadder({ style, quick, full, ...(step !== undefined && { stepMs: step }) });
}
