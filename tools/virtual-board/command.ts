import { InvalidArgumentError, Option, type Command } from 'commander';
import { ExitCode } from '../cli/exit.ts';
import { BoardPrinter } from './board-printer.ts';
import { launchBoard, type LaunchOptions } from './launch.ts';
import { lab, portCandidates } from './lab.ts';
import { profileNames } from './profiles/index.ts';
import { faultHelp } from './wire/faults/spec.ts';
import { forwardToHost } from './wire/forward.ts';
import { enterNamespace } from './wire/namespace.ts';

interface BoardFlags extends Omit<LaunchOptions, 'noNamespace'> {
  json: boolean;
  /** Stay in the caller's network namespace, and why it is not one of its own, if that is known. */
  stay?: string;
}

export function register(command: Command): void {
  command
    .option(
      '--profile <name>',
      `which system to be: ${profileNames().join(', ')}; any setting can be changed: "nodemcu-3.0,timeWaitMs=120000"`,
      'nodemcu-3.0',
    )
    .addOption(
      new Option('--net <kind>', 'tap, packet: true Linux TCP; gateway: 127.0.0.1, no permission needed; wire: nothing')
        .choices(['auto', 'tap', 'packet', 'gateway', 'wire'])
        .default('auto'),
    )
    .addOption(
      new Option('--serial <rate>', 'line: as slow as the baud rate; instant; off: no serial port')
        .choices(['line', 'instant', 'off'])
        .default('line'),
    )
    .addOption(new Option('--speed <speed>', 'how fast the board computes').choices(['chip', 'host']).default('host'))
    .option(
      '--faults <list>',
      `what the wire does to frames, separated by commas, rx. or tx. before each: ${faultHelp}`,
    )
    .option('--pcap <file>', 'capture all frames (pcapng, for Wireshark)')
    .option('--files <folder>', 'a folder of Lua files that is on the board, its firmware installed; starts init.lua')
    .option('--flash <file>', 'keep the content of the 4 MB flash chip in this file')
    .option('--seed <number>', 'of everything random', wholeNumber, 1)
    .option('--port <number>', `port on 127.0.0.1 (default: ${lab.localPort}, or a free one)`, wholeNumber)
    .option('--heap <bytes>', "size of the chip's heap", wholeNumber)
    .option('--json', 'one line {"ready": ...}, then a line {"event": ...} for all that happens', false)
    .addOption(new Option('--stay <reason>', "stay in the caller's network namespace").hideHelp())
    .addHelpText('after', '\nRuns until Ctrl-C. Exit codes: 0 ended by SIGTERM, 2 usage, 130 ended by Ctrl-C.')
    .action(run);
}

async function run(flags: BoardFlags): Promise<void> {
  const { stay, json, ...options } = flags;
  const noNamespace = stay === undefined ? await tryNamespace(flags.net) : stay || undefined;
  const ended = endOfLife();
  const launched = await launchBoard({ ...options, noNamespace });
  const { board, ready } = launched;
  const forward =
    (ready.net === 'tap' || ready.net === 'packet') && stay === undefined
      ? await forwardToHost(portCandidates(flags.port), { host: lab.board, port: lab.httpPort })
      : undefined;

  const printer = new BoardPrinter(json);
  printer.ready(ready, forward?.port);
  board.onEvent((event) => printer.event(event));
  board.powerOn();
  const exitCode = await ended;
  forward?.close();
  await launched.close();
  process.exit(exitCode);
}

/** Goes on in a namespace of its own where a TAP may be wanted, or says why not. */
async function tryNamespace(net: BoardFlags['net']): Promise<string | undefined> {
  if (net === 'gateway' || net === 'wire') return undefined;
  const state = await enterNamespace();
  return state === 'inside' ? undefined : state.unavailable;
}

/** Resolves to the exit code when somebody wants the board to end, or the program that started it has ended. */
function endOfLife(): Promise<ExitCode> {
  return new Promise((resolve) => {
    process.on('SIGINT', () => resolve(ExitCode.interrupted));
    process.on('SIGTERM', () => resolve(ExitCode.good));
    process.on('SIGHUP', () => resolve(ExitCode.good));
    process.on('disconnect', () => resolve(ExitCode.good));
    // Whoever reads our lines has ended: `last-ack board | head`.
    process.stdout.on('error', () => resolve(ExitCode.good));
  });
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('A whole number is wanted.');
  return Number(text);
}
