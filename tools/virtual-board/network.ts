import { UserError } from '../cli/exit.ts';
import type { Clock } from './clock.ts';
import { lab, portCandidates } from './lab.ts';
import type { Random } from './random.ts';
import { openGateway } from './wire/gateway.ts';
import type { Link } from './wire/link.ts';
import { isInsideNamespace } from './wire/namespace.ts';
import { createPacketLink } from './wire/packet-socket.ts';
import { createTap } from './wire/tap.ts';
import { createWire } from './wire/wire.ts';

export type NetKind = 'tap' | 'packet' | 'gateway' | 'wire';

/** The network around a board: the board's end of the link, and where clients find the board's port 80. */
export interface BoardNetwork {
  kind: NetKind;
  /** One line that says which network this is and what that means. */
  reason: string;
  link: Link;
  host: string;
  port: number;
  /** Local port of every connection through the gateway, by the port of its client on the virtual side. */
  gatewayPorts(): Record<number, number>;
  close(): void;
}

export interface NetworkOptions {
  wanted: 'auto' | NetKind;
  /** Why there is no network namespace of our own, when that has been tried. */
  noNamespace: string | undefined;
  /** Port on 127.0.0.1 for the gateway; 0 takes any, undefined the usual one or any. */
  port: number | undefined;
  clock: Clock;
  random: Random;
}

/**
 * Opens the network that was asked for; `auto` takes the first of TAP, packet socket and gateway that can be had.
 * @throws UserError when the wanted network cannot be had.
 */
export async function openNetwork(options: NetworkOptions): Promise<BoardNetwork> {
  switch (options.wanted) {
    case 'wire':
      return isolatedWire(options.clock);
    case 'gateway':
      return localGateway(options, 'as asked');
    case 'auto': {
      const found = linuxNetwork(options, ['tap', 'packet']);
      return typeof found === 'string' ? localGateway(options, found) : found;
    }
    default: {
      const found = linuxNetwork(options, [options.wanted]);
      if (typeof found !== 'string') return found;
      throw new UserError(
        `--net ${options.wanted} cannot be had: ${found}`,
        'use --net gateway, which needs no permission; `last-ack doctor` says what the others need',
      );
    }
  }
}

const linuxLinks = {
  tap: { name: 'TAP', create: createTap },
  packet: { name: 'packet socket', create: createPacketLink },
} as const;

/** A link to this machine's kernel, in a network namespace of our own, or why there is none. */
function linuxNetwork(
  { noNamespace }: NetworkOptions,
  kinds: readonly (keyof typeof linuxLinks)[],
): BoardNetwork | string {
  if (!isInsideNamespace()) return noNamespace ?? 'not in a network namespace of its own';
  const reasons: string[] = [];
  for (const kind of kinds) {
    const { name, create } = linuxLinks[kind];
    try {
      return kernelNetwork(kind, name, create({ name: lab.interface, address: lab.host, prefix: lab.prefix }));
    } catch (error) {
      reasons.push(`no ${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return reasons.join('; ');
}

function kernelNetwork(kind: NetKind, name: string, link: Link): BoardNetwork {
  return {
    kind,
    reason: `${name} in its own namespace: Linux's TCP is the client, ${lab.host} -> ${lab.board}`,
    link,
    host: lab.board,
    port: lab.httpPort,
    gatewayPorts: () => ({}),
    close: () => link.close(),
  };
}

async function localGateway({ clock, random, port }: NetworkOptions, why: string): Promise<BoardNetwork> {
  const [link, far] = createWire(clock);
  const gateway = await openGateway({
    link: far,
    clock,
    random,
    ports: portCandidates(port),
    host: lab.host,
    board: lab.board,
    boardPort: lab.httpPort,
  });
  return {
    kind: 'gateway',
    reason:
      `localhost gateway 127.0.0.1:${gateway.port} (${why}): ` +
      "the client's TCP ends at the gateway, so endings are judged between gateway and board",
    link,
    host: '127.0.0.1',
    port: gateway.port,
    gatewayPorts: () => gateway.ports(),
    close: () => gateway.close(),
  };
}

function isolatedWire(clock: Clock): Promise<BoardNetwork> {
  const [link, far] = createWire(clock);
  return Promise.resolve({
    kind: 'wire',
    reason: 'an in-process wire with nothing at its other end: frames are seen over the control socket only',
    link,
    host: lab.board,
    port: lab.httpPort,
    gatewayPorts: () => ({}),
    close: () => far.close(),
  });
}
