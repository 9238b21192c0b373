import { readFile } from 'node:fs/promises';

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
