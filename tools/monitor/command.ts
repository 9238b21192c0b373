import type { Command } from 'commander';
import { parseRate } from '../serial/baud-rate.ts';
import { findPort } from '../serial/discovery.ts';
import { followLog } from './follow.ts';
import type { MonitorOutput } from './monitor.ts';
import { traceExplainer } from './traceback.ts';

interface Options {
  port?: string;
  baud: number;
  dir: string;
  json?: true;
}

export function register(command: Command): void {
  command
    .option('-p, --port <path>', 'serial port; without it the only board is found')
    .option('-b, --baud <rate>', 'bit/s', parseRate, 115200)
    .option('-d, --dir <folder>', 'build whose maps turn Lua lines into TypeScript lines', 'dist/firmware')
    .option('--json', 'one JSON object per line of the log on stdout')
    .addHelpText(
      'after',
      [
        '\nExamples:',
        '  last-ack monitor                             the log; type =node.heap() and Enter to ask the board',
        "  echo 'node.restart()' | last-ack monitor     what a pipe says is typed too",
        '  last-ack monitor --json > board.log          a line of JSON for each line of the log',
        '\nWhat is typed goes to the board; Ctrl-C ends. A pulled cable is waited for.',
        'Exit codes: 0 ended, 2 usage, 3 no board or port.',
      ].join('\n'),
    )
    .action(async ({ port, baud, dir, json }: Options) => {
      await followLog({
        port: await findPort(port),
        baudRate: baud,
        explain: traceExplainer(dir),
        output: logOutput(json === true),
      });
    });
}

/** The log on stdout: for a person as it comes, or as JSON lines. */
export function logOutput(asJson: boolean): MonitorOutput {
  return asJson
    ? { event: (event) => console.log(JSON.stringify(event)) }
    : { write: (text) => void process.stdout.write(text) };
}
