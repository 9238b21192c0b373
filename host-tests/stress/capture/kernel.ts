import { readFile } from 'node:fs/promises';
import { endKey } from '../verdict/matcher.ts';

/** Counters of this network namespace that speak of endings; RFC 5961 challenge ACKs betray RSTs with a bad number. */
const COUNTERS = [
  'RetransSegs',
  'EstabResets',
  'TCPTimeouts',
  'TCPSynRetrans',
  'TCPChallengeACK',
  'TCPACKSkippedChallenge',
  'TCPAbortOnTimeout',
  'TCPAbortOnData',
  'TCPAbortOnClose',
];

export type KernelCounters = Record<string, number>;

/** Reads the TCP counters of this namespace; undefined where there is no /proc. */
export async function readKernelCounters(): Promise<KernelCounters | undefined> {
  try {
    const text = (await readFile('/proc/net/snmp', 'utf8')) + (await readFile('/proc/net/netstat', 'utf8'));
    return parseCounters(text);
  } catch {
    return undefined;
  }
}

/** The format is pairs of lines: `Tcp: names`, then `Tcp: values`. */
export function parseCounters(text: string): KernelCounters {
  const counters: KernelCounters = {};
  const lines = text.split('\n');
  for (let index = 0; index + 1 < lines.length; index += 2) {
    const names = lines[index]?.split(' ') ?? [];
    const values = lines[index + 1]?.split(' ') ?? [];
    names.forEach((name, column) => {
      if (COUNTERS.includes(name)) counters[name] = Number(values[column]);
    });
  }
  return counters;
}

export function counterDeltas(before: KernelCounters, after: KernelCounters): KernelCounters {
  return Object.fromEntries(Object.entries(after).map(([name, value]) => [name, value - (before[name] ?? 0)]));
}

const LAST_ACK = '09';

/** Local ends (`endKey`) of this namespace's sockets in LAST_ACK towards one server: a FIN that waits for its ACK. */
export async function lastAckEnds(server: { address: string; port: number }): Promise<number[]> {
  try {
    return parseLastAck(await readFile('/proc/net/tcp', 'utf8'), server);
  } catch {
    return [];
  }
}

/** `/proc/net/tcp` holds addresses as hexadecimal in host byte order, here little endian. */
export function parseLastAck(text: string, server: { address: string; port: number }): number[] {
  const address = server.address
    .split('.')
    .reverse()
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join('');
  const remote = `${address}:${server.port.toString(16).padStart(4, '0')}`.toUpperCase();
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[2] === remote && fields[3] === LAST_ACK)
    .map((fields) => {
      const [localAddress = '', port = ''] = fields[1]?.split(':') ?? [];
      return endKey(Buffer.from(localAddress, 'hex').readUInt32LE(), parseInt(port, 16));
    });
}
