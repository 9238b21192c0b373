import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import pc from 'picocolors';
import { ExitCode, UserError } from '../../tools/cli/exit.ts';
import { LINKTYPE_ETHERNET, readCapture, type ReadCapture } from '../../tools/virtual-board/wire/capture-reader.ts';
import { ipv4ToNumber } from '../stress/verdict/frame.ts';
import { verdictInfo, verdictNames, type Severity } from '../stress/verdict/verdict.ts';
import { annotate } from './annotate.ts';
import { addressText, findServer, judgeCapture, type CapturedConnection, type Endpoint } from './judge-capture.ts';

interface JudgeFlags {
  server?: string;
  annotate?: string;
  list: boolean;
  json: boolean;
}

export function register(command: Command): void {
  command
    .argument('<capture>', 'a pcapng or pcap file, from the virtual board, tcpdump or Wireshark')
    .option('--server <address:port>', 'judge connections to this server (default: the one with most of them)')
    .option(
      '--annotate <file>',
      'write the capture as pcapng with the verdict on first and last packet of each connection',
    )
    .option('--list', 'one line for each connection', false)
    .option('--json', 'print the verdicts as JSON on stdout', false)
    .addHelpText('after', '\nExit codes: 0 no connection ended badly, 1 one did, 2 usage.')
    .action(run);
}

function run(path: string, flags: JudgeFlags): void {
  const capture = load(path);
  const server = flags.server === undefined ? findServer(capture) : parseEndpoint(flags.server);
  if (!server)
    throw new UserError(`${path} has no connection from its beginning`, 'begin to capture before the clients do');
  const connections = judgeCapture(capture, server);
  if (flags.annotate !== undefined) writeFileSync(flags.annotate, annotate(capture, connections));
  if (flags.json) console.log(JSON.stringify({ server: endpointText(server), connections: connections.map(asJson) }));
  else print(server, connections, flags.list);
  const hasBad = connections.some(({ verdict }) => verdictInfo[verdict].severity === 'bad');
  process.exitCode = hasBad ? ExitCode.failed : ExitCode.good;
}

function load(path: string): ReadCapture {
  let capture: ReadCapture;
  try {
    capture = readCapture(readFileSync(path));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(
      `cannot read ${path}: ${reason}`,
      'give a file written by tcpdump or Wireshark',
      ExitCode.usage,
    );
  }
  if (capture.interfaces.some(({ linkType }) => linkType === LINKTYPE_ETHERNET)) return capture;
  throw new UserError(
    `${path} was not captured on an Ethernet interface`,
    'capture on one interface by name (tcpdump -i eth0), not on "any"',
    ExitCode.usage,
  );
}

function parseEndpoint(text: string): Endpoint {
  const [, address, port] = /^(\d+\.\d+\.\d+\.\d+):(\d+)$/.exec(text) ?? [];
  if (address === undefined || port === undefined)
    throw new UserError(`--server ${text} is no address`, 'write it like --server 192.168.100.99:80', ExitCode.usage);
  return { address: ipv4ToNumber(address), port: Number(port) };
}

const endpointText = ({ address, port }: Endpoint): string => `${addressText(address)}:${port}`;

function asJson(connection: CapturedConnection): object {
  const { number, clientAddress, clientPort, startedAt, lastAt, verdict, why, segments } = connection;
  return {
    ...{ number, client: `${addressText(clientAddress)}:${clientPort}`, verdict, why },
    ...{ startedAt, durationMs: lastAt - startedAt, segments: segments.length },
  };
}

const paint: Record<Severity, (text: string) => string> = { good: pc.green, warn: pc.yellow, bad: pc.red };

function print(server: Endpoint, connections: readonly CapturedConnection[], list: boolean): void {
  console.log(`${connections.length} connections to ${endpointText(server)}`);
  if (list) {
    for (const { number, clientPort, startedAt, lastAt, verdict, why } of connections) {
      const color = paint[verdictInfo[verdict].severity];
      console.log(`${number} port ${clientPort} ${(lastAt - startedAt).toFixed(1)} ms ${color(verdict)}: ${why}`);
    }
  }
  for (const name of verdictNames) {
    const count = connections.filter(({ verdict }) => verdict === name).length;
    const { severity, meaning } = verdictInfo[name];
    if (count > 0) console.log(`${String(count).padStart(6)} ${paint[severity](name.padEnd(20))} ${meaning}`);
  }
}
