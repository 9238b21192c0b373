import { readFile } from 'node:fs/promises';
import type { Target } from '../client/slot.ts';
import { ipv4ToNumber } from '../verdict/frame.ts';
import type { StuckEnd } from '../verdict/kernel-matcher.ts';
import { endKey } from '../verdict/matcher.ts';
import { SockDiag } from './sock-diag.ts';

/** net/tcp_states.h */
const LAST_ACK = 9;
const LAST_ACK_IN_PROC = '09';

/** Sockets of this namespace that wait for the ACK of their FIN. */
export interface LastAckWatch {
  /** Where it looks, in words. */
  readonly source: string;
  /** They are known by their ports alone. */
  readonly needsPorts: boolean;
  ends(): Promise<StuckEnd[]>;
  close(): Promise<void>;
}

/** Where the connections go, and what they say: others of this machine may go there too. */
export type Server = Pick<Target, 'address' | 'port' | 'request' | 'keepAliveRequest'>;

/** Watches the sockets towards one server, by the cheapest way that this machine offers. */
export async function watchLastAck(server: Server): Promise<LastAckWatch> {
  const diag = await openSockDiag();
  return diag ? watchBySockDiag(diag, server) : watchByProc(server);
}

async function openSockDiag(): Promise<SockDiag | undefined> {
  let diag: SockDiag | undefined;
  try {
    diag = new SockDiag();
    await diag.inState(LAST_ACK);
    return diag;
  } catch {
    await diag?.close();
    return undefined;
  }
}

function watchBySockDiag(diag: SockDiag, server: Server): LastAckWatch {
  const remoteAddress = ipv4ToNumber(server.address);
  return {
    source: 'sock_diag',
    needsPorts: false,
    ends: async () => {
      const now = performance.now();
      return (await diag.inState(LAST_ACK))
        .filter((one) => one.remoteAddress === remoteAddress && one.remotePort === server.port)
        .filter(({ ackedBytes }) => isOurRequest(ackedBytes - 1, server))
        .map((one) => ({ end: endKey(one.localAddress, one.localPort), heardAt: now - one.silentMs }));
    },
    close: () => diag.close(),
  };
}

/** A browser that is open beside the run says something else. */
const isOurRequest = (bytes: number, { request, keepAliveRequest }: Server): boolean =>
  bytes === request.length || bytes % keepAliveRequest.length === 0;

function watchByProc(server: { address: string; port: number }): LastAckWatch {
  const ends = (): Promise<StuckEnd[]> =>
    readFile('/proc/net/tcp', 'utf8').then(
      (text) => parseLastAck(text, server).map((end) => ({ end })),
      () => [],
    );
  const source = process.platform === 'linux' ? '/proc/net/tcp' : '';
  return { source, needsPorts: source !== '', ends, close: () => Promise.resolve() };
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
    .filter((fields) => fields[2] === remote && fields[3] === LAST_ACK_IN_PROC)
    .map((fields) => {
      const [localAddress = '', port = ''] = fields[1]?.split(':') ?? [];
      return endKey(Buffer.from(localAddress, 'hex').readUInt32LE(), parseInt(port, 16));
    });
}
