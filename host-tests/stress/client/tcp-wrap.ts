/**
 * The handles below `node:net`, typed. They are deprecated for applications (DEP0111) and have kept their shape since
 * Node 12; a client that opens a connection per request saves a seventh of its CPU time with them.
 */

/** Reports a status: 0, or a negated errno. */
export interface Request {
  oncomplete: (status: number) => void;
  handle?: TcpHandle;
  /** Keeps the bytes alive until they are written. */
  buffer?: Buffer;
}

/** An end of a connection, as the handles fill it in. */
export interface End {
  address: string;
  family: string;
  port: number;
}

export interface TcpHandle {
  onread: (this: TcpHandle) => void;
  /** Ours: whom `onread` tells. */
  connection?: { onRead: (handle: TcpHandle) => void };
  useUserBuffer(buffer: Buffer): void;
  bind(address: string, port: number): number;
  connect(request: Request, address: string, port: number): number;
  readStart(): number;
  readStop(): number;
  writeBuffer(request: Request, buffer: Buffer): number;
  shutdown(request: Request): number;
  reset(): number;
  close(): void;
  getsockname(out: End): number;
}

export interface TcpWrap {
  TCP: new (type: number) => TcpHandle;
  TCPConnectWrap: new () => Request;
  WriteWrap: new () => Request;
  ShutdownWrap: new () => Request;
  /** Type of a handle for a client. */
  clientType: number;
  /** In `onread`: bytes read, or a negated errno. */
  lastRead: () => number;
  /** After `writeBuffer`: the request is under way, and will complete; otherwise it was not even looked at. */
  isWriting: () => boolean;
}

type Binding = Readonly<Record<string, unknown>>;

/** Undefined where this Node, or its permissions, keep the handles from us. */
export const tcpWrap = load();

function load(): TcpWrap | undefined {
  try {
    const { binding } = process as unknown as { binding: (name: string) => Binding };
    const { TCP, TCPConnectWrap, constants } = binding('tcp_wrap');
    const { WriteWrap, ShutdownWrap, streamBaseState: state, ...at } = binding('stream_wrap');
    const { kReadBytesOrError: readAt, kLastWriteWasAsync: asyncAt } = at;
    const clientType = (constants as Binding | undefined)?.SOCKET;
    const isWhole = [TCP, TCPConnectWrap, WriteWrap, ShutdownWrap].every((one) => typeof one === 'function');
    if (!isWhole || !(state instanceof Int32Array) || typeof clientType !== 'number') return undefined;
    if (typeof readAt !== 'number' || typeof asyncAt !== 'number') return undefined;
    const wrap = {
      TCP,
      TCPConnectWrap,
      WriteWrap,
      ShutdownWrap,
      clientType,
      lastRead: () => state[readAt] ?? 0,
      isWriting: () => state[asyncAt] !== 0,
    } as TcpWrap;
    const methods = wrap.TCP.prototype as Binding;
    const wanted = ['useUserBuffer', 'bind', 'connect', 'readStart', 'writeBuffer', 'shutdown', 'reset', 'getsockname'];
    return wanted.every((name) => typeof methods[name] === 'function') ? wrap : undefined;
  } catch {
    return undefined;
  }
}
