import type { Socket } from 'node:net';
import type { Ipv4Address } from '../tcpip/address.ts';
import { Err } from '../tcpip/errors.ts';
import type { Pcb, TcpEvents } from '../tcpip/pcb.ts';
import type { TcpIp } from '../tcpip/stack.ts';

/**
 * Carries one connection of a local client over to one of the client stack: bytes, FIN and RST each way, and no faster
 * than the slower side takes them.
 */
export class GatewayConnection implements TcpEvents {
  readonly #stack: TcpIp;
  readonly #socket: Socket;
  /** Undefined before `open` and as soon as the stack has given the connection up. */
  #pcb: Pcb | undefined;
  /** Bytes of the local client that the stack has had no room for. */
  #waiting: Uint8Array | undefined;
  #finWaits = false;

  /** `socket` is paused. */
  constructor(stack: TcpIp, socket: Socket) {
    this.#stack = stack;
    this.#socket = socket;
  }

  /** Begins to connect; returns the port that the stack chose. */
  open(address: Ipv4Address, port: number): number {
    const pcb = this.#stack.createPcb(this);
    if (!pcb) throw new Error('the client stack has no limit on memory, yet no control block');
    this.#pcb = pcb;
    this.#stack.connect(pcb, address, port);
    const socket = this.#socket;
    socket.on('data', (bytes) => this.#takeFromClient(bytes));
    socket.on('end', () => {
      // Node reports a RST right behind data as an end; only the vanished address tells them apart, and only as long
      // as our own FIN has not ended the connection in good order.
      if (!socket.writableEnded && socket.remoteAddress === undefined) this.#abort();
      else this.#endFromClient();
    });
    socket.on('error', () => this.#abort());
    socket.on('close', () => this.#abort());
    return pcb.localPort;
  }

  accepted(): Err {
    return Err.value;
  }

  connected(): Err {
    this.#socket.resume();
    return Err.ok;
  }

  received(pcb: Pcb, chunks: readonly Uint8Array[] | undefined): Err {
    if (!chunks) {
      this.#socket.end();
      return Err.ok;
    }
    for (const chunk of chunks) {
      this.#socket.write(chunk, () => {
        if (this.#pcb) this.#stack.recved(pcb, chunk.length);
      });
    }
    return Err.ok;
  }

  sent(): Err {
    this.#pump();
    return Err.ok;
  }

  failed(_pcb: Pcb, error: Err): void {
    this.#pcb = undefined;
    if (error === Err.closed) this.#socket.end();
    else this.#socket.resetAndDestroy();
  }

  #takeFromClient(bytes: Uint8Array): void {
    this.#socket.pause();
    this.#waiting = bytes;
    this.#pump();
  }

  #endFromClient(): void {
    this.#finWaits = true;
    this.#pump();
  }

  /** Gives the stack what it has room for: data first, then the FIN. */
  #pump(): void {
    const pcb = this.#pcb;
    if (!pcb) return;
    while (this.#waiting && pcb.sendSpace > 0) {
      const part = this.#waiting.subarray(0, pcb.sendSpace);
      if (this.#stack.write(pcb, part) !== Err.ok) break;
      this.#waiting = part.length < this.#waiting.length ? this.#waiting.subarray(part.length) : undefined;
      if (!this.#waiting) this.#socket.resume();
    }
    if (!this.#waiting && this.#finWaits) this.#finWaits = this.#stack.shutdownWrite(pcb) !== Err.ok;
    else this.#stack.output(pcb);
  }

  /** A connection that has ended in good order is left to the stack's TIME_WAIT. */
  #abort(): void {
    const pcb = this.#pcb;
    this.#pcb = undefined;
    if (pcb && !this.#hasEnded()) this.#stack.abort(pcb);
  }

  #hasEnded(): boolean {
    return this.#socket.readableEnded && this.#socket.writableFinished && !this.#waiting;
  }
}
