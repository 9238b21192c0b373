import { getSystemErrorName } from 'node:util';
import type { Connection, ConnectionListener, LocalEnd } from './connection.ts';
import { readBuffer } from './read-buffer.ts';
import type { End, Request, TcpHandle, TcpWrap } from './tcp-wrap.ts';

const UV_EOF = -4095;
/** Sends nothing, and fails where nothing can be sent any more; asking for the peer's name costs a microsecond more. */
const NOTHING = Buffer.alloc(0);
/** Filled in again and again: a new object would get its three properties one by one. */
const end: End = { address: '', family: '', port: 0 };

/** Connections that were closed in this turn of the loop. */
let closed: HandleConnection[] = [];

/** Told together: clients that connect again do it in a row, and one callback from C++ serves all of them. */
function tellClosed(): void {
  const told = closed;
  closed = [];
  for (const connection of told) connection.onClosed();
}

/** One for all handles instead of a closure each. */
function onRead(this: TcpHandle): void {
  this.connection?.onRead(this);
}

/** A connection on Node's own TCP handle. Every `connect` takes a new one: a handle costs less than a Socket keeps. */
export class HandleConnection implements Connection {
  readonly #listener: ConnectionListener;
  readonly #wrap: TcpWrap;
  #handle: TcpHandle | undefined;
  /** Bytes of this connection, and the most of any. */
  #received = 0;
  #longest = 0;
  /** As long as the longest: libuv reads on at once when it is full, and finds the FIN that came with the data. */
  #buffer = readBuffer;
  /** What is written at once, as nearly everything is, leaves it unused. */
  #spareWrite: Request | undefined;

  constructor(listener: ConnectionListener, wrap: TcpWrap) {
    this.#listener = listener;
    this.#wrap = wrap;
  }

  connect(address: string, port: number, local?: LocalEnd): void {
    const handle = new this.#wrap.TCP(this.#wrap.clientType);
    this.#handle = handle;
    handle.connection = this;
    handle.onread = onRead;
    handle.useUserBuffer(this.#buffer);
    this.#received = 0;
    const request = new this.#wrap.TCPConnectWrap();
    request.oncomplete = (status) => this.#onConnected(handle, status);
    const bound = local ? handle.bind(local.address, local.port) : 0;
    const status = bound === 0 ? handle.connect(request, address, port) : bound;
    if (status !== 0) setImmediate(() => this.#fail(handle, status));
    // Before the connection is there: libuv then tells the kernel once less what it waits for.
    else handle.readStart();
  }

  localPort(): number {
    return this.#handle?.getsockname(end) === 0 ? end.port : 0;
  }

  write(bytes: Buffer): void {
    const handle = this.#handle;
    if (!handle) return;
    const status = this.#send(handle, bytes);
    if (status < 0) setImmediate(() => this.#fail(handle, status));
  }

  pause(): void {
    this.#handle?.readStop();
  }

  resume(): void {
    this.#handle?.readStart();
  }

  sendFin(): void {
    const handle = this.#handle;
    if (!handle) return;
    const request = new this.#wrap.ShutdownWrap();
    request.handle = handle;
    request.oncomplete = (status) => {
      if (status < 0) this.#fail(handle, status);
    };
    handle.shutdown(request);
  }

  reset(): void {
    const handle = this.#take();
    if (!handle) return;
    if (handle.reset() !== 0) handle.close();
    this.#tellClosed();
  }

  close(): void {
    const handle = this.#take();
    if (!handle) return;
    handle.close();
    this.#tellClosed();
  }

  isPeerGone(): boolean {
    const handle = this.#handle;
    return !handle || this.#send(handle, NOTHING) < 0;
  }

  #send(handle: TcpHandle, bytes: Buffer): number {
    const request = (this.#spareWrite ??= new this.#wrap.WriteWrap());
    const status = handle.writeBuffer(request, bytes);
    if (status === 0 && this.#wrap.isWriting()) {
      this.#spareWrite = undefined;
      request.handle = handle;
      request.buffer = bytes;
      request.oncomplete = (later) => {
        if (later < 0) this.#fail(handle, later);
      };
    }
    return status;
  }

  onClosed(): void {
    this.#listener.onClose();
  }

  #tellClosed(): void {
    if (closed.push(this) === 1) setImmediate(tellClosed);
  }

  #take(): TcpHandle | undefined {
    const handle = this.#handle;
    this.#handle = undefined;
    return handle;
  }

  #onConnected(handle: TcpHandle, status: number): void {
    if (handle !== this.#handle) return;
    if (status < 0) {
      this.#fail(handle, status);
      return;
    }
    this.#listener.onConnect();
  }

  onRead(handle: TcpHandle): void {
    if (handle !== this.#handle) return;
    const length = this.#wrap.lastRead();
    if (length > 0) {
      this.#received += length;
      this.#listener.onData(length);
    } else if (length === UV_EOF) {
      this.#fitBuffer();
      this.#listener.onEnd();
    } else if (length < 0) this.#fail(handle, length);
  }

  #fitBuffer(): void {
    if (this.#received <= this.#longest || this.#received > readBuffer.length) return;
    this.#longest = this.#received;
    this.#buffer = readBuffer.subarray(0, this.#longest);
  }

  /** Ignores what comes of a handle that was closed meanwhile. */
  #fail(handle: TcpHandle, status: number): void {
    if (handle !== this.#handle) return;
    this.#listener.onError(getSystemErrorName(status));
    this.close();
  }
}
