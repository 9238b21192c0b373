import { InvalidArgumentError, Option, type Command } from 'commander';
import { profileNames } from '../../tools/virtual-board/profiles/index.ts';
import { faultHelp } from '../../tools/virtual-board/wire/faults/spec.ts';
import { styleKinds } from './client/style.ts';
import { DEFAULT_THRESHOLDS } from './thresholds.ts';

/** Which virtual board, where one is wanted. */
export interface VirtualFlags {
  virtual: boolean;
  profile: string;
  net: 'auto' | 'tap' | 'packet' | 'gateway';
  faults?: string;
  speed: 'chip' | 'host';
  heap?: number;
  files?: string;
}

/** The command line of `last-ack stress`. Times are milliseconds. */
export interface StressFlags extends VirtualFlags {
  host?: string;
  port: number;
  path: string;
  method: 'HEAD' | 'GET';
  style: string;
  workers: number;
  sources?: string;
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
  junit?: string;
  json: boolean;
}

const positive = (text: string): number => {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
};

const wholeFromZero = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('It must be a whole number, 0 or more.');
  return value;
};

/** More would be more than any machine has cores for. */
const MOST_WORKERS = 64;

const workerCount = (text: string): number => {
  const value = wholeFromZero(text);
  if (value > MOST_WORKERS) throw new InvalidArgumentError(`It must be ${MOST_WORKERS} at most.`);
  return value;
};

/** A TCP port. */
export const portNumber = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 65_535) throw new InvalidArgumentError('It must be 1 to 65535.');
  return value;
};

const seconds = (text: string): number => positive(text) * 1000;

export function addStressOptions(command: Command): Command {
  return addOutputs(addLoads(addVirtualBoard(addTarget(command), 'hammer')));
}

function addTarget(command: Command): Command {
  return command
    .option('--host <host>', 'name or IPv4 address of the board')
    .option('--port <port>', 'TCP port of its web server', portNumber, 80)
    .option('--path <path>', 'path to ask for', '/')
    .addOption(new Option('--method <method>', 'request method').choices(['HEAD', 'GET']).default('HEAD'));
}

/** `doing`: what is done to the board. */
export function addVirtualBoard(command: Command, doing: string): Command {
  return command
    .option('--virtual', `start a virtual board and ${doing} that`, false)
    .option(
      '--files <folder>',
      'virtual: compiled firmware that it runs (default: the project here, built anew when its sources have changed, else the LED server of this package)',
    )
    .addOption(
      new Option('--profile <name>', 'virtual: which system to be').choices(profileNames()).default('nodemcu-3.0'),
    )
    .addOption(
      new Option('--net <kind>', 'virtual: how to reach it')
        .choices(['auto', 'tap', 'packet', 'gateway'])
        .default('auto'),
    )
    .option('--faults <list>', `virtual: what the wire does to frames: ${faultHelp}`)
    .addOption(new Option('--speed <speed>', 'virtual: how fast it computes').choices(['chip', 'host']).default('host'))
    .option('--heap <bytes>', 'virtual: heap of the chip', positive);
}

function addLoads(command: Command): Command {
  return command
    .option(
      '--style <style>',
      'what each client does, or a mix such as read-to-eof=7,client-first=2,speculative=1',
      'read-to-eof',
    )
    .option('--workers <number>', 'threads that only open connections, results merged; 0: none', workerCount, 0)
    .option(
      '--sources <list>',
      'addresses of this machine to connect from in turn, with ports of our own choice, against want of ports; a number: as many of the loopback or towards the virtual board',
    )
    .option('--seed <number>', 'seed of everything random: mixes, and the virtual board', positive, 1)
    .option('--quick', 'a few seconds in all, for a first look', false)
    .option('--full', 'every rung for 13 s, longer than TIME_WAIT, gaps halved down to 12.5 ms', false)
    .option(
      '--load <loads...>',
      'instead of the ladder: every:0.2s/13s rate:50 ramp:1-50/60s clients:20/2h clients:5@1s clients:5/1000x',
    )
    .option('--step <seconds>', 'length of every step of the ladder', seconds)
    .option('--deadline <seconds>', 'longest life of one exchange', seconds)
    .option('--cool-down <seconds>', 'longest wait for the board to recover before heap and pcbs are compared', seconds)
    .addHelpText('after', stylesHelp());
}

function addOutputs(command: Command): Command {
  return command
    .addOption(
      new Option('--capture <how>', 'frames as evidence, or only sockets').choices(['auto', 'none']).default('auto'),
    )
    .option(
      '--threshold <rules...>',
      `what exit code 0 means, such as 'duel==0' 'p99<250ms' (default: ${DEFAULT_THRESHOLDS.join(' ')})`,
    )
    .option('--out <file>', 'the whole result as JSON', '.last-ack/stress.json')
    .option('--html <file>', 'the report as one HTML page (default: beside --out)')
    .option('--junit <file>', 'thresholds as test cases, for CI')
    .option('--json', 'print the result as JSON on stdout', false)
    .addHelpText(
      'after',
      '\nThe JSON is described by host-tests/stress/report/stress-report.schema.json of this package.\nExit codes: 0 every threshold kept, 1 not, 2 usage, 3 nothing to hammer, 6 the run proves nothing, 130 interrupted.',
    );
}

function stylesHelp(): string {
  const lines = Object.entries(styleKinds).map(([name, { summary, number }]) => {
    const usual = number ? ` (:${number.meaning}, default ${number.usual})` : '';
    return `  ${name.padEnd(18)}${summary}${usual}`;
  });
  return `\nStyles:\n${lines.join('\n')}`;
}
