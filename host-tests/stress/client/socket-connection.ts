import { Socket, type ConnectOpts, type SocketConstructorOpts } from 'node:net';
import type { Connection, ConnectionListener, LocalEnd } from './connection.ts';
import { readBuffer } from './read-buffer.ts';

/**
 * A connection on `node:net`, for a Node that hides its handles. The Socket is connected again after each clean end: a
 * new object per connection costs a third more CPU.
 */
export class SocketConnection implements Connection {
  readonly #listener: ConnectionListener;
  #socket: Socket;
  /** Reset or failed: such a Socket is never used again. */
  #isSpent = false;

  constructor(listener: ConnectionListener) {
    this.#listener = listener;
    this.#socket = this.#newSocket();
  }

  connect(address: string, port: number, local?: LocalEnd): void {
    if (this.#isSpent) this.#socket = this.#newSocket();
    this.#isSpent = false;
    this.#socket.connect({
      host: address,
      port,
      ...(local && { localAddress: local.address, localPort: local.port }),
    });
  }

  localPort(): number {
    return this.#socket.localPort ?? 0;
  }

  write(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  sendFin(): void {
    this.#socket.end();
  }

  reset(): void {
    this.#isSpent = true;
    this.#socket.resetAndDestroy();
  }

  close(): void {
    this.#isSpent ||= !this.#socket.readableEnded;
    this.#socket.destroy();
  }

  isPeerGone(): boolean {
    return this.#socket.remoteAddress === undefined;
  }

  #newSocket(): Socket {
    const listener = this.#listener;
    const options: SocketConstructorOpts & ConnectOpts = {
      allowHalfOpen: true,
      onread: {
        buffer: readBuffer,
        callback: (length) => {
          listener.onData(length);
          return true;
        },
      },
    };
    const socket = new Socket(options);
    socket.on('connect', () => listener.onConnect());
    socket.on('end', () => listener.onEnd());
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#isSpent = true;
      listener.onError(error.code ?? error.message);
    });
    socket.on('close', () => listener.onClose());
    return socket;
  }
}
