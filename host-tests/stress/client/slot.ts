import { newConnection, type Connection, type ConnectionListener } from './connection.ts';
import { newExchange, resetExchange, type Ending, type Exchange, type Outcome } from './exchange.ts';
import type { LocalPorts } from './local-ports.ts';
import { readBuffer } from './read-buffer.ts';
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
/** The port of our choice is in use, or was until a moment ago. */
const PORT_FAULTS = new Set(['EADDRINUSE', 'EADDRNOTAVAIL']);
const UNREACHABLE = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN']);

/** Pieces of a slow request. */
const PIECES = 8;

/** A port of our own choice that is taken after all: the next one is tried this often. */
const PORT_TRIES = 16;

export interface SlotOptions {
  /** Notes each local port, which costs one system call and is needed to match a capture. */
  readsPorts?: boolean;
  /** Chooses the local end of each connection; without it, or when none has rested, the system does. */
  ports?: LocalPorts | undefined;
  /** What carries the bytes; default the quickest that this Node has. */
  connection?: (listener: ConnectionListener) => Connection;
}

/** One client: one connection at a time. */
export class Slot {
  /** When the current exchange must be over, `performance.now()` ms; Infinity when idle. */
  deadline = Infinity;
  readonly #target: Target;
  readonly #onDone: (exchange: Exchange, slot: Slot) => void;
  readonly #readsPorts: boolean;
  readonly #ports: LocalPorts | undefined;
  readonly #reader: ResponseReader;
  readonly #exchange = newExchange();
  readonly #connection: Connection;
  #style: Style | undefined;
  #finSent = false;
  #isConnected = false;
  #isToFinish = false;
  #portTries = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(target: Target, onDone: (exchange: Exchange, slot: Slot) => void, options: SlotOptions = {}) {
    const { readsPorts = false, ports, connection = newConnection } = options;
    this.#target = target;
    this.#readsPorts = readsPorts;
    this.#ports = ports;
    this.#onDone = onDone;
    this.#reader = new ResponseReader(target.method);
    this.#connection = connection({
      onConnect: () => this.#onConnect(),
      onData: (length) => this.#onData(length),
      onEnd: () => this.#onEnd(),
      onError: (code) => this.#onError(code),
      onClose: () => this.#onClose(),
    });
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
    this.#isToFinish = false;
    this.#portTries = 0;
    this.#reader.reset(Math.max(1, style.requests));
    this.deadline = now + deadlineMs;
    this.#connect();
  }

  /** A connection that says nothing closes now, or as soon as it is open. */
  finish(): void {
    if (this.deadline === Infinity) return;
    this.#isToFinish = true;
    if (this.#isConnected && !this.#finSent) this.#sendFin();
  }

  /** The response is known, whole or wrong, whatever becomes of the connection. */
  get isDecided(): boolean {
    return this.#exchange.repliedAt > 0 || this.#reader.state === 'wrong';
  }

  /** Gives the exchange up because the run is stopped. */
  stop(): void {
    if (this.deadline === Infinity) return;
    this.#settle('interrupted', 'none', 'the run was stopped');
    this.#connection.close();
  }

  /** Gives the exchange up because the deadline has passed. */
  abandon(): void {
    if (this.deadline === Infinity) return;
    const exchange = this.#exchange;
    exchange.status = this.#reader.status;
    if (this.#reader.state === 'wrong') this.#settle('wrong-reply', 'deadline', this.#reader.fault);
    else if (exchange.repliedAt) this.#settleReply('deadline', 'the device did not close before the deadline');
    else if (exchange.connectedAt && this.#style?.requests === 0)
      this.#settle('idle', 'deadline', 'the device did not close before the deadline');
    else if (exchange.connectedAt) this.#settle('timeout', 'deadline', 'no whole response before the deadline');
    else this.#settle('timeout', 'deadline', 'no SYN-ACK before the deadline');
    this.#connection.close();
  }

  #connect(): void {
    const { address, port } = this.#target;
    const local = this.#ports?.next(performance.now(), this.#portTries > 0);
    this.#isConnected = false;
    if (local) {
      this.#exchange.localPort = local.port;
      this.#exchange.localAddress = local.address;
    }
    this.#connection.connect(address, port, local);
  }

  #onConnect(): void {
    const style = this.#style;
    const exchange = this.#exchange;
    this.#isConnected = true;
    exchange.connectedAt = performance.now();
    if (this.#readsPorts && exchange.localPort === 0) exchange.localPort = this.#connection.localPort();
    // A write before the handshake is over, followed by a refusal, would poison the next use of a Socket.
    if (!style || style.requests === 1) this.#writeRequest(this.#target.request);
    else if (this.#isToFinish) this.#sendFin();
    else if (style.requests === 0) this.#timer = setTimeout(() => this.#sendFin(), style.idleMs);
    else if (style.pipelined)
      this.#connection.write(Buffer.concat(Array<Buffer>(style.requests).fill(this.#target.keepAliveRequest)));
    else this.#connection.write(this.#target.keepAliveRequest);
  }

  #writeRequest(request: Buffer): void {
    const pieceMs = this.#style?.pieceMs ?? 0;
    if (pieceMs === 0) {
      this.#connection.write(request);
      return;
    }
    const size = Math.ceil(request.length / PIECES);
    const writeFrom = (at: number): void => {
      if (this.#exchange.endedAt || at >= request.length) return;
      this.#connection.write(request.subarray(at, at + size));
      this.#timer = setTimeout(() => writeFrom(at + size), pieceMs);
    };
    writeFrom(0);
  }

  #onData(bytes: number): void {
    const exchange = this.#exchange;
    const now = performance.now();
    if (exchange.firstByteAt === 0) exchange.firstByteAt = now;
    const { completed } = this.#reader;
    const state = this.#reader.take(readBuffer, bytes);
    if (state === 'complete') {
      if (exchange.repliedAt === 0) this.#onReply(now);
    } else if (state === 'wrong') exchange.detail = this.#reader.fault;
    else if (this.#reader.completed > completed) this.#onPartOfReplies();
    this.#readOn();
  }

  /** One of several responses is whole. */
  #onPartOfReplies(): void {
    if (this.#style?.pipelined || this.#reader.closes) return;
    this.#connection.write(this.#target.keepAliveRequest);
  }

  #readOn(): void {
    const pauseMs = this.#style?.readPauseMs ?? 0;
    if (pauseMs === 0) return;
    this.#connection.pause();
    this.#timer = setTimeout(() => this.#connection.resume(), pauseMs);
  }

  #onReply(now: number): void {
    this.#exchange.repliedAt = now;
    if (this.#style?.close === 'first') this.#sendFin();
    else if (this.#style?.close === 'reset') {
      this.#judge('client-reset');
      this.#connection.reset();
    }
  }

  #sendFin(): void {
    this.#finSent = true;
    this.#connection.sendFin();
  }

  #onEnd(): void {
    // Node reports data and RST seen in one wake-up as a clean end; only a socket whose peer is gone is CLOSED here.
    // After our own FIN the kernel closes the socket on a clean end too, and a RST is then reported as an error.
    const reset = !this.#finSent && this.#connection.isPeerGone();
    this.#judge(reset ? 'reset' : this.#finSent ? 'client-fin' : 'device-fin');
    const halfOpenMs = this.#style?.halfOpenMs ?? 0;
    // Closing a socket that has been read to its end sends FIN, one system call earlier than a shutdown would.
    if (halfOpenMs > 0 && !reset) this.#timer = setTimeout(() => this.#connection.close(), halfOpenMs);
    else this.#connection.close();
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
    else this.#settleReply(ending, '');
  }

  /** The response is whole: its status tells what came of the request. */
  #settleReply(ending: Ending, detail: string): void {
    const { status } = this.#reader;
    if (status === 503) this.#settle('busy', ending, detail || '503');
    else if (status < 200 || status >= 400) this.#settle('wrong-reply', ending, `status ${status}`);
    else this.#settle('answered', ending, detail);
  }

  #settle(outcome: Outcome, ending: Ending, detail: string): void {
    const exchange = this.#exchange;
    if (exchange.endedAt) return;
    // Whoever looks for what went wrong, in a capture of his own, wants to know where.
    if (outcome !== 'answered' && exchange.localPort === 0) exchange.localPort = this.#connection.localPort();
    exchange.outcome = outcome;
    exchange.ending = ending;
    exchange.detail = detail;
    exchange.endedAt = performance.now();
  }

  #onError(code: string): void {
    const wasConnected = this.#isConnected;
    if (!wasConnected && PORT_FAULTS.has(code) && this.#exchange.localAddress && ++this.#portTries < PORT_TRIES) return;
    this.#portTries = PORT_TRIES;
    if (HARNESS_FAULTS.has(code)) this.#settle('harness', 'none', code);
    else if (UNREACHABLE.has(code)) this.#settle('unreachable', 'none', code);
    else if (code === 'ECONNREFUSED') this.#settle('refused', 'reset', code);
    else if (!wasConnected) this.#settle('timeout', 'none', code);
    else this.#judge('reset');
  }

  #onClose(): void {
    if (this.deadline === Infinity) return;
    if (!this.#isConnected && this.#portTries > 0 && this.#portTries < PORT_TRIES && !this.#exchange.endedAt) {
      this.#connect();
      return;
    }
    this.deadline = Infinity;
    clearTimeout(this.#timer);
    if (!this.#exchange.endedAt) this.#judge('reset');
    this.#onDone(this.#exchange, this);
  }
}
