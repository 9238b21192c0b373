import type { Command } from 'commander';
import { ExitCode, UserError } from '../../tools/cli/exit.ts';
import { interruptions } from '../../tools/cli/interruptions.ts';
import { checkWritable, writeOutput } from '../../tools/cli/output-file.ts';
import { startProgress } from '../../tools/cli/progress.ts';
import { addVirtualBoard, portNumber, type VirtualFlags } from '../stress/options.ts';
import { startBoardUnderTest } from '../stress/virtual.ts';
import { cases } from './cases/index.ts';
import { conformanceReport } from './report.ts';
import { runConformance } from './run.ts';

interface Options extends VirtualFlags {
  host?: string;
  port: number;
  only?: string[];
  out: string;
  json: boolean;
}

export function register(command: Command): void {
  addVirtualBoard(command, 'ask')
    .option('--host <host>', 'name or address of the server')
    .option('--port <port>', 'its TCP port', portNumber, 80)
    .option('--only <ids...>', 'these cases only, by id or by the beginning of a section such as "RFC 9112 9"')
    .option('--out <file>', 'every result as JSON', '.last-ack/conformance.json')
    .option('--json', 'print the results as JSON on stdout', false)
    .addHelpText('after', '\nExit codes: 0 every MUST kept, 1 not, 2 usage, 3 no server, 130 interrupted.')
    .action(conformance);
}

async function conformance(options: Options): Promise<void> {
  const chosen = choose(options.only);
  checkWritable([options.out]);
  const interrupt = interruptions('interrupted: the results so far come; Ctrl-C again ends at once');
  const server = await findServer(options);
  const progress = startProgress('conformance');
  const results = await runConformance({
    host: server.host,
    port: server.port,
    cases: chosen,
    signal: interrupt.signal,
    onResult: ({ id }, done) => progress.update(done, chosen.length, id),
  }).finally(async () => {
    progress.stop();
    interrupt.stop();
    await server.close();
  });
  if (results.length > 0 && results.every(({ answer }) => answer === 'no connection'))
    throw new UserError(
      `No connection to ${server.host}:${server.port}.`,
      'Check --host and --port, and that the server runs.',
      ExitCode.noBoard,
    );
  await writeOutput(options.out, `${JSON.stringify(results, undefined, 1)}\n`);
  console.log(options.json ? JSON.stringify(results) : conformanceReport(results));
  const kept = results.every(({ level, passed }) => passed || level !== 'MUST');
  process.exitCode = interrupt.signal.aborted ? ExitCode.interrupted : kept ? ExitCode.good : ExitCode.failed;
}

async function findServer(options: Options): Promise<{ host: string; port: number; close: () => Promise<void> }> {
  if (options.virtual) return startBoardUnderTest(options, 1);
  const { host, port } = options;
  if (host !== undefined) return { host, port, close: () => Promise.resolve() };
  throw new UserError(
    'No server to ask.',
    'Give --host with the address of one, or --virtual to start a board.',
    ExitCode.usage,
  );
}

function choose(only: string[] | undefined): typeof cases {
  if (!only) return cases;
  const chosen = cases.filter(({ id, section }) => only.some((wanted) => id === wanted || section.startsWith(wanted)));
  if (chosen.length > 0) return chosen;
  throw new UserError(
    `No case is called ${only.join(' or ')}.`,
    `Cases: ${cases.map(({ id }) => id).join(', ')}.`,
    ExitCode.usage,
  );
}
