import { Socket, type ConnectOpts, type SocketConstructorOpts } from 'node:net';
import { newExchange, resetExchange, type Ending, type Exchange, type Outcome } from './exchange.ts';
import { ResponseReader } from './response-reader.ts';

/** How the client behaves once it has its response: wait for the device's FIN, or send its own at once. */
export const styles = ['read-to-eof', 'client-first'] as const;
export type Style = (typeof styles)[number];

export interface Target {
  /** Numeric address: resolved once, since a look-up per connection costs 40 % of the rate. */
  address: string;
  port: number;
  request: Buffer;
  method: 'HEAD' | 'GET';
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
  #style: Style = 'read-to-eof';
  #socket: Socket;
  #finSent = false;
  #clean = true;

  /** `readPorts`: note each local port, which costs one system call and is needed to match a capture. */
  constructor(target: Target, readPorts: boolean, onDone: (exchange: Exchange, slot: Slot) => void) {
    this.#target = target;
    this.#readPorts = readPorts;
    this.#onDone = onDone;
    this.#reader = new ResponseReader(target.method);
    this.#socket = this.#newSocket();
  }

  /** Opens a connection and sends the request. The exchange handed to `onDone` is reused by the next start. */
  start(style: Style, intendedAt: number, deadlineMs: number): void {
    const exchange = this.#exchange;
    const now = performance.now();
    resetExchange(exchange);
    exchange.intendedAt = intendedAt;
    exchange.startedAt = now;
    this.#style = style;
    this.#finSent = false;
    this.#reader.reset();
    this.deadline = now + deadlineMs;
    if (!this.#clean) this.#socket = this.#newSocket();
    this.#clean = true;
    this.#socket.connect(this.#target.port, this.#target.address);
  }

  /** Gives the exchange up: the deadline has passed or the run is stopped. */
  abandon(): void {
    if (this.deadline === Infinity) return;
    if (this.#exchange.repliedAt) this.#settle('answered', 'deadline', 'the device did not close before the deadline');
    else if (this.#exchange.connectedAt) this.#settle('timeout', 'deadline', 'no whole response before the deadline');
    else this.#settle('timeout', 'deadline', 'no SYN-ACK before the deadline');
    this.#clean = false;
    this.#socket.destroy();
  }

  #newSocket(): Socket {
    const options: SocketConstructorOpts & ConnectOpts = {
      allowHalfOpen: true,
      onread: {
        buffer: readBuffer,
        callback: (bytes) => {
          this.#onData(bytes);
          return true;
        },
      },
    };
    const socket = new Socket(options);
    socket.on('connect', () => this.#onConnect(socket));
    socket.on('end', () => this.#onEnd(socket));
    socket.on('error', (error: NodeJS.ErrnoException) => this.#onError(socket, error));
    socket.on('close', () => this.#onClose(socket));
    return socket;
  }

  #onConnect(socket: Socket): void {
    this.#exchange.connectedAt = performance.now();
    if (this.#readPorts) this.#exchange.localPort = socket.localPort ?? 0;
    socket.write(this.#target.request);
  }

  #onData(bytes: number): void {
    const exchange = this.#exchange;
    if (exchange.firstByteAt === 0) exchange.firstByteAt = performance.now();
    const state = this.#reader.take(readBuffer, bytes);
    if (state === 'complete' && exchange.repliedAt === 0) this.#onReply();
    else if (state === 'wrong') exchange.detail = this.#reader.fault;
  }

  #onReply(): void {
    const exchange = this.#exchange;
    exchange.repliedAt = performance.now();
    if (this.#style === 'client-first') this.#sendFin();
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
    if (!this.#finSent) this.#sendFin();
  }

  #judge(ending: Ending): void {
    const exchange = this.#exchange;
    const reader = this.#reader;
    exchange.status = reader.status;
    const whole = reader.finish();
    if (whole && exchange.repliedAt === 0) exchange.repliedAt = performance.now();
    if (reader.state === 'wrong') this.#settle('wrong-reply', ending, reader.fault);
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
    if (!this.#exchange.endedAt) this.#judge('reset');
    this.#onDone(this.#exchange, this);
  }
}
