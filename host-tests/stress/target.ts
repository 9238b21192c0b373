import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
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

const PROBE_TIMEOUT_MS = 8000;

/** Resolves the address and makes one request, so that a wrong host or port is one clear sentence instead of a run. */
export async function checkTarget(options: TargetOptions): Promise<CheckedTarget> {
  const { host, port, path, method } = options;
  const address = await resolveHost(host);
  const head = `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n`;
  const request = Buffer.from(`${head}Connection: close\r\n\r\n`);
  const target = { address, port, method, request, keepAliveRequest: Buffer.from(`${head}\r\n`) };
  await probe(target, host);
  const localAddress = await addressTowards(address, port);
  return { ...target, host, path, localAddress, interfaceName: localAddress && interfaceOf(localAddress) };
}

async function resolveHost(host: string): Promise<string> {
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
async function probe(target: Target, host: string): Promise<void> {
  const exchange = await new Promise<Exchange>((resolve) => {
    const slot = new Slot(target, (done) => {
      clearTimeout(timer);
      resolve(done);
    });
    const timer = setTimeout(() => slot.abandon(), PROBE_TIMEOUT_MS);
    slot.start(parseStyle('client-first'), performance.now(), PROBE_TIMEOUT_MS);
  });
  if (exchange.status === 0) throw probeError(exchange, `${host}:${target.port}`);
}

function probeError(exchange: Exchange, where: string): UserError {
  if (exchange.outcome === 'refused')
    return new UserError(
      `The host is there, but nothing listens on ${where}.`,
      'Give the right --port, or wait until the server has started.',
      ExitCode.noBoard,
    );
  if (exchange.outcome === 'unreachable' || exchange.connectedAt === 0)
    return new UserError(
      `No answer from ${where}: ${exchange.detail}.`,
      'Is the board powered, and on the same network as this machine? Compare its address in the serial log, and `ping` it.',
      ExitCode.noBoard,
    );
  return new UserError(
    `${where} takes connections but does not answer HTTP: ${exchange.detail}.`,
    'Is this the port of the web server? Try `curl -I` on it; give another --port or --path.',
    ExitCode.noBoard,
  );
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
