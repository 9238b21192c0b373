import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { ExitCode, UserError } from '../../cli/exit.ts';
import type { Clock } from '../clock.ts';
import type { Random } from '../random.ts';
import { findProfile } from '../profiles/index.ts';
import { parseAddress, type Ipv4Address } from '../tcpip/address.ts';
import { TcpIp } from '../tcpip/stack.ts';
import { GatewayConnection } from './gateway-connection.ts';
import type { Link } from './link.ts';

export interface GatewayOptions {
  /** The host's end of the wire to the board. */
  link: Link;
  clock: Clock;
  random: Random;
  /** Ports of 127.0.0.1 to try in turn; 0 is any. */
  ports: readonly number[];
  /** Addresses of the client stack and of the board on the virtual side. */
  host: string;
  board: string;
  boardPort: number;
}

/** A port of this machine behind which the board's server is found. */
export interface Gateway {
  port: number;
  /** Local port of each connection, ended ones included until their virtual port is used again, by virtual port. */
  ports(): Record<number, number>;
  close(): void;
}

/**
 * Listens on 127.0.0.1 and carries every connection over to a connection of its own from an in-process TCP stack
 * without the board's bugs: bytes, FIN and RST each way. Needs no permission and works on every system, but the two
 * connections are two: the local client never sees the board's segments.
 */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const stack = createClientStack(options);
  const board = addressOf(options.board);
  const clients = new Map<number, number>();
  const sockets = new Set<Socket>();

  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    const virtualPort = new GatewayConnection(stack, socket).open(board, options.boardPort);
    clients.set(virtualPort, peerPort(socket));
  });
  const port = await listen(server, options.ports);
  return {
    port,
    ports: () => Object.fromEntries(clients),
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      stack.stop();
      options.link.close();
    },
  };
}

/**
 * The client's port. Node keeps the peer's name once it has been asked for; forgotten again, it can be asked for at the
 * end, when the kernel no longer knows it after a RST.
 */
function peerPort(socket: Socket): number {
  const port = socket.remotePort ?? 0;
  Reflect.deleteProperty(socket, '_peername');
  return port;
}

/** Locally administered, as virtual machines' are. */
const CLIENT_MAC = Uint8Array.of(0x02, 0x1a, 0xac, 0, 0, 1);
const NETMASK = '255.255.255.0';

function createClientStack({ link, clock, random, host }: GatewayOptions): TcpIp {
  const stack = new TcpIp({ link, clock, random, mac: CLIENT_MAC, tcp: findProfile('correct').tcp, ttl: 64 });
  stack.setAddress(addressOf(host), addressOf(NETMASK), addressOf(host));
  return stack;
}

function addressOf(text: string): Ipv4Address {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`${text} is not an IPv4 address`);
  return address;
}

async function listen(server: Server, [port, ...others]: readonly number[]): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
    return (server.address() as AddressInfo).port;
  } catch (error) {
    if (others.length > 0) return listen(server, others);
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new UserError(
      `the gateway cannot listen on 127.0.0.1:${port ?? 0}: ${code}`,
      'choose another port with --port',
      ExitCode.usage,
    );
  }
}
