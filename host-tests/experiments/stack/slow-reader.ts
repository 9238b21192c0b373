import type { VirtualClock } from '../../../tools/virtual-board/clock.ts';
import { Err } from '../../../tools/virtual-board/tcpip/errors.ts';
import type { Pcb, TcpEvents } from '../../../tools/virtual-board/tcpip/pcb.ts';
import type { TcpIp } from '../../../tools/virtual-board/tcpip/stack.ts';

/**
 * The application of a device that takes some time for each received buffer, one after the other, whichever connection
 * it belongs to. Only then is its room announced again.
 */
export class SlowReader {
  /** Bytes that the application is done with. */
  taken = 0;
  readonly #clock: VirtualClock;
  readonly #bufferMs: number;
  readonly #pcbs: Pcb[] = [];
  readonly #waiting: { pcb: Pcb; bytes: number }[] = [];
  #stack: TcpIp | undefined;

  constructor(clock: VirtualClock, bufferMs: number) {
    this.#clock = clock;
    this.#bufferMs = bufferMs;
  }

  /** Buffers that wait for the application, and those with segments ahead of their turn. */
  held(): number {
    return this.#waiting.length + this.#pcbs.reduce((sum, { early }) => sum + early.length, 0);
  }

  listen(stack: TcpIp, port: number): void {
    this.#stack = stack;
    const events: TcpEvents = {
      accepted: (pcb) => {
        this.#pcbs.push(pcb);
        return Err.ok;
      },
      connected: () => Err.ok,
      received: (pcb, chunks) => {
        for (const chunk of chunks ?? []) this.#take(pcb, chunk.length);
        return Err.ok;
      },
      sent: () => Err.ok,
      failed: () => undefined,
    };
    stack.listen(0, port, events);
  }

  #take(pcb: Pcb, bytes: number): void {
    this.#waiting.push({ pcb, bytes });
    if (this.#waiting.length === 1) this.#workOff();
  }

  #workOff(): void {
    this.#clock.after(this.#bufferMs, () => {
      const done = this.#waiting.shift();
      if (!done) return;
      this.taken += done.bytes;
      if (this.#waiting.length > 0) this.#workOff();
      this.#stack?.recved(done.pcb, done.bytes);
    });
  }
}
