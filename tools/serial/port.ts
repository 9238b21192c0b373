import type { ModemLines } from '../virtual-board/serial/line.ts';

/** An open serial port, whatever is behind it: a USB bridge, a pseudo-terminal, a board in the same process. */
export interface Port {
  readonly path: string;
  /** Bits per second that the host's side is set to. */
  readonly baudRate: number;
  /** True when the board behind it is virtual: nobody's Wi-Fi password is needed there. */
  readonly isVirtual: boolean;
  /** Resolves once the bytes have left the host; rejects when the port is gone. */
  write(bytes: Uint8Array): Promise<void>;
  /** Adds a receiver; returns the function that removes it. */
  onData(receiver: (bytes: Uint8Array) => void): () => void;
  /** Adds a receiver of the port's end, with the error unless `close` was called; returns the function that removes it. */
  onClose(receiver: (error?: Error) => void): () => void;
  /** Always both lines: a driver that is given one guesses the other. */
  setLines(lines: ModemLines): Promise<void>;
  setBaudRate(baudRate: number): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** A set of receivers, each of which can be removed. */
export class Receivers<Arguments extends unknown[]> {
  readonly #receivers = new Set<(...values: Arguments) => void>();

  add(receiver: (...values: Arguments) => void): () => void {
    this.#receivers.add(receiver);
    return () => {
      this.#receivers.delete(receiver);
    };
  }

  send(...values: Arguments): void {
    for (const receiver of [...this.#receivers]) receiver(...values);
  }
}
