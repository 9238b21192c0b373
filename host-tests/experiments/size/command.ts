import { InvalidArgumentError, type Command } from 'commander';
import pc from 'picocolors';
import { ExitCode } from '../../../tools/cli/exit.ts';
import { simulate, type Simulated } from './simulate.ts';
import { advise, type Advice, type SendPlan } from './windows.ts';

type Options = SendPlan & { simulate: boolean; json: boolean };

export function register(command: Command): void {
  command
    .requiredOption('--buffers <number>', 'network buffers of the device, one segment each', count)
    .requiredOption('--sockets <number>', 'connections at once', count)
    .option('--mss <bytes>', 'largest segment', count, 1460)
    .option('--delayed-ack', 'the peers acknowledge every second segment', false)
    .option('--simulate', "run the windows on the virtual board's TCP, with as many senders and receivers", false)
    .option('--json', 'print the result as JSON', false)
    .addHelpText(
      'after',
      '\nReceive window = buffers x MSS / sockets; send window = buffers x MSS / (sockets x 2), or x 1.5 with delayed ACK.' +
        '\nExit codes: 0 both windows hold a segment, 1 one of them does not: more memory or fewer connections, 2 usage.',
    )
    .action(size);
}

function count(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= 65_535) return number;
  throw new InvalidArgumentError('A whole number from 1 to 65535 is wanted.');
}

function size({ simulate: isSimulated, json, ...plan }: Options): void {
  const advice = advise(plan);
  const isPossible = advice.receiveSegments > 0 && advice.sendSegments > 0;
  const simulated = isSimulated && isPossible ? simulate(plan, advice) : undefined;
  if (json) console.log(JSON.stringify({ ...plan, ...advice, ...(simulated && { simulated }) }));
  else console.log(sizeText(advice, plan, simulated));
  process.exitCode = isPossible ? ExitCode.good : ExitCode.failed;
}

function sizeText(advice: Advice, { buffers, sockets, delayedAck }: SendPlan, simulated?: Simulated): string {
  const { receiveWindow, receiveSegments, sendWindow, sendSegments, memory, warnings } = advice;
  const segments = (whole: number): string => `${whole} whole ${whole === 1 ? 'segment' : 'segments'}`;
  const acks = delayedAck ? 'delayed ACK' : 'every segment acknowledged';
  return [
    `${buffers} buffers, ${sockets} ${sockets === 1 ? 'connection' : 'connections'}: ${(memory / 1000).toFixed(1)} kB`,
    `  receive window  ${receiveWindow} B, ${segments(receiveSegments)}`,
    `  send window     ${sendWindow} B, ${segments(sendSegments)} (${acks})`,
    ...(simulated ? simulatedLines(simulated) : []),
    ...warnings.map((warning) => pc.yellow(`  ! ${warning}`)),
  ].join('\n');
}

const simulatedLines = ({ receiveRate, drops, sendRate, lostAcks }: Simulated): string[] => [
  pc.dim('  simulated: 1 ms of CPU for each frame, a round trip of 1 ms'),
  `  receiving       ${receiveRate.toFixed(0)} kB/s, ${drops} segments without a buffer`,
  `  sending         ${sendRate.toFixed(0)} kB/s, ${lostAcks} ACKs without a buffer`,
];
