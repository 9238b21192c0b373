import { Socket, type ConnectOpts, type SocketConstructorOpts, type TcpSocketConnectOpts } from 'node:net';
import { newExchange, resetExchange, type Ending, type Exchange, type Outcome } from './exchange.ts';
import { ResponseReader } from './response-reader.ts';
import type { Style } from './style.ts';

export interface Target {
  /** Numeric address: resolved once, since a look-up per connection costs 40 % of the rate. */
  address: string;
  port: number;
  method: 'HEAD' | 'GET';
  /** The request that asks for `Connection: close`, and the one that does not. */
  request: Buffer;
  keepAliveRequest: Buffer;
}

/** Faults of this machine: ports, descriptors or buffers have run out. */
const HARNESS_FAULTS = new Set([
  'EADDRNOTAVAIL',
  'EADDRINUSE',
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'EACCES',
  'EPERM',
]);
const UNREACHABLE = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN']);

/** Pieces of a slow request. */
const PIECES = 8;

/** One read buffer for all slots: the bytes are used before the next read. */
const readBuffer = Buffer.allocUnsafe(65_536);

/**
 * One client: one connection at a time, on a Socket object that is connected again after each clean end (a new object
 * per connection costs a third more CPU).
 */
export class Slot {
  /** When the current exchange must be over, `performance.now()` ms; Infinity when idle. */
  deadline = Infinity;
  readonly #target: Target;
  readonly #onDone: (exchange: Exchange, slot: Slot) => void;
  readonly #readPorts: boolean;
  readonly #reader: ResponseReader;
  readonly #exchange = newExchange();
  readonly #connectOptions: TcpSocketConnectOpts;
  #style: Style | undefined;
  #socket: Socket;
  #finSent = false;
  #clean = true;
  #timer: NodeJS.Timeout | undefined;
  #speculative: Socket | undefined;

  /** `readPorts`: note each local port, which costs one system call and is needed to match a capture. */
  constructor(target: Target, readPorts: boolean, onDone: (exchange: Exchange, slot: Slot) => void) {
    this.#target = target;
    this.#readPorts = readPorts;
    this.#onDone = onDone;
    this.#reader = new ResponseReader(target.method);
    this.#connectOptions = { host: target.address, port: target.port };
    this.#socket = this.#newSocket();
  }

  /** Opens a connection and does what `style` says. The exchange handed to `onDone` is reused by the next start. */
  start(style: Style, intendedAt: number, deadlineMs: number): void {
    const exchange = this.#exchange;
    const now = performance.now();
    resetExchange(exchange);
    exchange.intendedAt = intendedAt;
    exchange.startedAt = now;
    this.#style = style;
    this.#finSent = false;
    this.#reader.reset(Math.max(1, style.requests));
    this.deadline = now + deadlineMs;
    if (!this.#clean) this.#socket = this.#newSocket();
    this.#clean = true;
    this.#socket.connect(this.#connectOptions);
    if (style.speculative) this.#speculate();
  }

  /** Gives the exchange up: the deadline has passed or the run is stopped. */
  abandon(): void {
    if (this.deadline === Infinity) return;
    const exchange = this.#exchange;
    if (exchange.repliedAt) this.#settle('answered', 'deadline', 'the device did not close before the deadline');
    else if (exchange.connectedAt) this.#settle('timeout', 'deadline', 'no whole response before the deadline');
    else this.#settle('timeout', 'deadline', 'no SYN-ACK before the deadline');
    this.#clean = false;
    this.#socket.destroy();
  }

  #newSocket(): Socket {
    const options: SocketConstructorOpts & ConnectOpts = {
      allowHalfOpen: true,
      onread: { buffer: readBuffer, callback: (bytes) => this.#onData(bytes) },
    };
    const socket = new Socket(options);
    socket.on('connect', () => this.#onConnect(socket));
    socket.on('end', () => this.#onEnd(socket));
    socket.on('error', (error: NodeJS.ErrnoException) => this.#onError(socket, error));
    socket.on('close', () => this.#onClose(socket));
    return socket;
  }

  #speculate(): void {
    const socket = new Socket();
    socket.on('error', () => undefined);
    socket.connect(this.#connectOptions);
    this.#speculative = socket;
  }

  #onConnect(socket: Socket): void {
    const style = this.#style;
    this.#exchange.connectedAt = performance.now();
    if (this.#readPorts) this.#exchange.localPort = socket.localPort ?? 0;
    // A write before 'connect' followed by a refusal would poison the next use of the Socket.
    if (!style || style.requests === 1) this.#writeRequest(socket, this.#target.request);
    else if (style.requests === 0) this.#timer = setTimeout(() => this.#sendFin(), style.idleMs);
    else if (style.pipelined)
      socket.write(Buffer.concat(Array<Buffer>(style.requests).fill(this.#target.keepAliveRequest)));
    else socket.write(this.#target.keepAliveRequest);
  }

  #writeRequest(socket: Socket, request: Buffer): void {
    const pieceMs = this.#style?.pieceMs ?? 0;
    if (pieceMs === 0) {
      socket.write(request);
      return;
    }
    const size = Math.ceil(request.length / PIECES);
    const writeFrom = (at: number): void => {
      if (this.#exchange.endedAt || at >= request.length) return;
      socket.write(request.subarray(at, at + size));
      this.#timer = setTimeout(() => writeFrom(at + size), pieceMs);
    };
    writeFrom(0);
  }

  #onData(bytes: number): boolean {
    const exchange = this.#exchange;
    if (exchange.firstByteAt === 0) exchange.firstByteAt = performance.now();
    const { completed } = this.#reader;
    const state = this.#reader.take(readBuffer, bytes);
    if (state === 'complete') {
      if (exchange.repliedAt === 0) this.#onReply();
    } else if (state === 'wrong') exchange.detail = this.#reader.fault;
    else if (this.#reader.completed > completed) this.#onPartOfReplies();
    return this.#readOn();
  }

  /** One of several responses is whole. */
  #onPartOfReplies(): void {
    if (this.#style?.pipelined || this.#reader.closes) return;
    this.#socket.write(this.#target.keepAliveRequest);
  }

  #readOn(): boolean {
    const pauseMs = this.#style?.readPauseMs ?? 0;
    if (pauseMs === 0) return true;
    const socket = this.#socket;
    this.#timer = setTimeout(() => socket.resume(), pauseMs);
    return false;
  }

  #onReply(): void {
    this.#exchange.repliedAt = performance.now();
    if (this.#style?.close === 'first') this.#sendFin();
    else if (this.#style?.close === 'reset') {
      this.#judge('client-reset');
      this.#clean = false;
      this.#socket.resetAndDestroy();
    }
  }

  #sendFin(): void {
    this.#finSent = true;
    this.#socket.end();
  }

  #onEnd(socket: Socket): void {
    // Node reports data and RST seen in one wake-up as a clean end; only a socket whose peer is gone is CLOSED here.
    // After our own FIN the kernel closes the socket on a clean end too, and a RST is then reported as an error.
    const reset = !this.#finSent && socket.remoteAddress === undefined;
    this.#judge(reset ? 'reset' : this.#finSent ? 'client-fin' : 'device-fin');
    if (this.#finSent) return;
    const halfOpenMs = this.#style?.halfOpenMs ?? 0;
    // Closing a socket that has been read to its end sends FIN, one system call earlier than a shutdown would.
    if (halfOpenMs > 0 && !reset) this.#timer = setTimeout(() => socket.destroy(), halfOpenMs);
    else socket.destroy();
  }

  #judge(ending: Ending): void {
    const exchange = this.#exchange;
    const reader = this.#reader;
    exchange.status = reader.status;
    const whole = reader.finish();
    if (whole && exchange.repliedAt === 0) exchange.repliedAt = performance.now();
    if (reader.state === 'wrong') this.#settle('wrong-reply', ending, reader.fault);
    else if (this.#style?.requests === 0 && ending !== 'reset') this.#settle('idle', ending, '');
    else if (!exchange.firstByteAt)
      this.#settle('no-reply', ending, ending === 'reset' ? 'RST before any data' : 'FIN before any data');
    else if (!whole) this.#settle('truncated', ending, 'the connection ended inside the response');
    else if (reader.status === 503) this.#settle('busy', ending, '503');
    else if (reader.status < 200 || reader.status >= 400)
      this.#settle('wrong-reply', ending, `status ${reader.status}`);
    else this.#settle('answered', ending, '');
  }

  #settle(outcome: Outcome, ending: Ending, detail: string): void {
    const exchange = this.#exchange;
    if (exchange.endedAt) return;
    exchange.outcome = outcome;
    exchange.ending = ending;
    exchange.detail = detail;
    exchange.endedAt = performance.now();
  }

  #onError(socket: Socket, error: NodeJS.ErrnoException): void {
    if (socket !== this.#socket) return;
    this.#clean = false;
    const code = error.code ?? error.message;
    if (HARNESS_FAULTS.has(code)) this.#settle('harness', 'none', code);
    else if (UNREACHABLE.has(code)) this.#settle('unreachable', 'none', code);
    else if (code === 'ECONNREFUSED') this.#settle('refused', 'reset', code);
    else if (!this.#exchange.connectedAt) this.#settle('timeout', 'none', code);
    else this.#judge('reset');
  }

  #onClose(socket: Socket): void {
    if (socket !== this.#socket || this.deadline === Infinity) return;
    this.deadline = Infinity;
    clearTimeout(this.#timer);
    this.#speculative?.destroy();
    this.#speculative = undefined;
    if (!this.#exchange.endedAt) this.#judge('reset');
    this.#onDone(this.#exchange, this);
  }
}
