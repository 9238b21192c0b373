import { readFile } from 'node:fs/promises';
import { ipv4ToNumber } from '../verdict/frame.ts';
import { endKey } from '../verdict/matcher.ts';
import { SockDiag } from './sock-diag.ts';

/** net/tcp_states.h */
const LAST_ACK = 9;
const LAST_ACK_IN_PROC = '09';

/** Sockets of this namespace that wait for the ACK of their FIN. */
export interface LastAckWatch {
  /** Where it looks, in words. */
  readonly source: string;
  /** Their local ends (`endKey`). */
  ends(): Promise<number[]>;
  close(): Promise<void>;
}

/** Watches the sockets towards one server, by the cheapest way that this machine offers. */
export async function watchLastAck(server: { address: string; port: number }): Promise<LastAckWatch> {
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

function watchBySockDiag(diag: SockDiag, { address, port }: { address: string; port: number }): LastAckWatch {
  const remoteAddress = ipv4ToNumber(address);
  return {
    source: 'sock_diag',
    ends: async () =>
      (await diag.inState(LAST_ACK))
        .filter((one) => one.remoteAddress === remoteAddress && one.remotePort === port)
        .map((one) => endKey(one.localAddress, one.localPort)),
    close: () => diag.close(),
  };
}

function watchByProc(server: { address: string; port: number }): LastAckWatch {
  const ends = (): Promise<number[]> =>
    readFile('/proc/net/tcp', 'utf8').then(
      (text) => parseLastAck(text, server),
      () => [],
    );
  const source = process.platform === 'linux' ? '/proc/net/tcp' : '';
  return { source, ends, close: () => Promise.resolve() };
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
