import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { ExitCode, UserError } from '../../tools/cli/exit.ts';
import type { Exchange } from './client/exchange.ts';
import { parseStyle } from './client/style.ts';
import { Slot, type Target } from './client/slot.ts';

/** What a person asks to be hammered. */
export interface TargetOptions {
  host: string;
  port: number;
  path: string;
  method: 'HEAD' | 'GET';
}

export interface CheckedTarget extends Target {
  host: string;
  path: string;
  /** The interface that leads there, and our address on it; undefined when the system does not tell. */
  interfaceName: string | undefined;
  localAddress: string | undefined;
}

/** SYNs at 1, 3 and 7 s must still be answered. */
const PROBE_MS = 8000;
/** A board that is hammered for failing now and then may fail now. */
const PROBES = 3;
/** A device that has answered is given this long to close. */
const CLOSE_MS = 500;

interface ProbeOptions {
  /** Longest life of an exchange in the run, milliseconds: the first one is not given up earlier. */
  deadlineMs?: number | undefined;
  /** Ends the wait; nothing is wrong then. */
  signal?: AbortSignal;
}

/** Resolves the address and makes one request, so that a wrong host or port is one clear sentence instead of a run. */
export async function checkTarget(options: TargetOptions, probing: ProbeOptions = {}): Promise<CheckedTarget> {
  const { host, port, path, method } = options;
  checkPath(path);
  const address = await resolveHost(host);
  const head = `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n`;
  const request = Buffer.from(`${head}Connection: close\r\n\r\n`);
  const target = { address, port, method, request, keepAliveRequest: Buffer.from(`${head}\r\n`) };
  await probe(target, host, probing);
  const localAddress = await addressTowards(address, port);
  return { ...target, host, path, localAddress, interfaceName: localAddress && interfaceOf(localAddress) };
}

function checkPath(path: string): void {
  if (/^[!-~]+$/.test(path)) return;
  throw new UserError(
    `Not a path of a request: ${JSON.stringify(path)}.`,
    'Write what follows the host in its address, such as /led?on=1, with blanks and umlauts percent-encoded.',
    ExitCode.usage,
  );
}

async function resolveHost(host: string): Promise<string> {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  if (isIPv6(bare))
    throw new UserError(
      `${host} is an IPv6 address.`,
      'NodeMCU speaks IPv4 only, and so does this harness: give the IPv4 address that the board prints when it joins the Wi-Fi.',
      ExitCode.usage,
    );
  if (/[/:]|^$/.test(host))
    throw new UserError(
      `Not a host: ${JSON.stringify(host)}.`,
      'Give a name or an address alone, and what else there is with --port and --path.',
      ExitCode.usage,
    );
  try {
    return (await lookup(host, 4)).address;
  } catch {
    throw new UserError(
      `The name ${host} has no IPv4 address.`,
      'Check the spelling, or give the address that the board prints when it joins the Wi-Fi.',
      ExitCode.noBoard,
    );
  }
}

/** Makes one request. A busy or unwilling HTTP server is no reason to stop. */
async function probe(target: Target, host: string, probing: ProbeOptions): Promise<void> {
  const { deadlineMs = 0, signal = new AbortController().signal } = probing;
  const patienceMs = Math.max(PROBE_MS, deadlineMs);
  let exchange = await ask(target, patienceMs, signal);
  for (let tries = 1; tries < PROBES && isPassing(exchange); tries++) exchange = await ask(target, patienceMs, signal);
  if (exchange.status === 0 && !signal.aborted) throw probeError(exchange, `${host}:${target.port}`, patienceMs);
}

/** It took the connection and then dropped it. */
const isPassing = ({ outcome }: Exchange): boolean => outcome === 'no-reply' || outcome === 'truncated';

/** One request, given up soon after its answer: a device that does not close is for the run to judge. */
function ask(target: Target, patienceMs: number, signal: AbortSignal): Promise<Exchange> {
  return new Promise((resolve) => {
    const onDone = (done: Exchange): void => {
      clearInterval(looks);
      signal.removeEventListener('abort', stop);
      resolve(done);
    };
    const slot = new Slot(target, onDone);
    const stop = (): void => slot.stop();
    const began = performance.now();
    let wasDecided = false;
    const looks = setInterval(() => {
      if (wasDecided || performance.now() - began >= patienceMs) slot.abandon();
      wasDecided = slot.isDecided;
    }, CLOSE_MS);
    signal.addEventListener('abort', stop);
    slot.start(parseStyle('client-first'), began, patienceMs);
    if (signal.aborted) stop();
  });
}

/** What the system calls it, for a person. */
const unreachable: Readonly<Record<string, string>> = {
  EHOSTUNREACH: 'no machine on the way knows that address (EHOSTUNREACH)',
  ENETUNREACH: 'this machine has no route to that network (ENETUNREACH)',
};

/** The first byte of a TLS alert (RFC 8446, section 5.1), as a fault tells it. */
const TLS_ALERT = '"\\u0015\\u0003';

function probeError(exchange: Exchange, where: string, patienceMs: number): UserError {
  if (exchange.outcome === 'refused')
    return new UserError(
      `The host is there, but nothing listens on ${where}.`,
      'Give the right --port, or wait until the server has started.',
      ExitCode.noBoard,
    );
  if (exchange.outcome === 'unreachable' || exchange.connectedAt === 0)
    return new UserError(
      `No answer from ${where}: ${whyUnreachable(exchange, patienceMs)}.`,
      'Is the board powered, and on the same network as this machine? Compare its address in the serial log, and `ping` it.',
      ExitCode.noBoard,
    );
  if (exchange.detail.includes(TLS_ALERT))
    return new UserError(
      `${where} speaks TLS.`,
      'This harness speaks plain HTTP, as boards do: give the --port of that, usually 80.',
      ExitCode.noBoard,
    );
  if (exchange.outcome === 'timeout')
    return new UserError(
      `${where} takes connections but gave no whole response within ${patienceMs / 1000} s.`,
      'Is this the port of the web server? Try `curl -I` on it; give another --port, or a longer --deadline to a slow server.',
      ExitCode.noBoard,
    );
  return new UserError(
    `${where} takes connections but does not answer HTTP: ${exchange.detail}.`,
    'Is this the port of the web server, and of plain HTTP, not of TLS? Try `curl -I` on it; give another --port or --path.',
    ExitCode.noBoard,
  );
}

function whyUnreachable({ outcome, detail }: Exchange, patienceMs: number): string {
  if (outcome === 'timeout') return `every SYN was swallowed, none answered within ${patienceMs / 1000} s`;
  return unreachable[detail] ?? detail;
}

/** Our address on the way to another: connecting a datagram socket asks the routing table and sends nothing. */
async function addressTowards(address: string, port: number): Promise<string | undefined> {
  const socket = createSocket('udp4');
  try {
    socket.connect(port, address);
    await once(socket, 'connect');
    return socket.address().address;
  } catch {
    return undefined;
  } finally {
    socket.close();
  }
}

function interfaceOf(localAddress: string): string | undefined {
  for (const [name, addresses] of Object.entries(networkInterfaces()))
    if (addresses?.some(({ address }) => address === localAddress)) return name;
  return undefined;
}
