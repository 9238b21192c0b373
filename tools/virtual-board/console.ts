import type { ChipUart } from './serial/line.ts';

/** The firmware's output: text goes to UART0 with CR LF, and to whoever listens. */
export class Console {
  /** Takes text instead of the UART when it returns true (node.output). */
  redirect: ((text: string) => boolean) | undefined;
  readonly #uart: ChipUart;
  readonly #listener: (text: string) => void;
  readonly #delay: (milliseconds: number) => void;

  constructor(uart: ChipUart, listener: (text: string) => void, delay: (milliseconds: number) => void) {
    this.#uart = uart;
    this.#listener = listener;
    this.#delay = delay;
  }

  /** What print writes: one character per byte. */
  print(text: string): void {
    if (this.redirect?.(text)) return;
    this.write(text);
  }

  /** Straight to the UART, as uart0_sendStr does: LF becomes CR LF, CR is dropped, and a full FIFO is waited for. */
  write(text: string): void {
    this.#listener(text);
    this.#uart.write(Buffer.from(text.replaceAll('\r', '').replaceAll('\n', '\r\n'), 'latin1'));
    const waitMs = this.#uart.txWaitMs;
    if (waitMs > 0) this.#delay(waitMs);
  }
}
