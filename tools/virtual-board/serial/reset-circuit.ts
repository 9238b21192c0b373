import type { Clock, Timer } from '../clock.ts';
import type { ModemLines } from './line.ts';

/** How long after EN rises the boot ROM samples GPIO0. */
const STRAP_SAMPLE_MS = 2;

export interface ResetCircuitOptions {
  clock: Clock;
  /** EN goes low: the chip stops at once. */
  onHold: () => void;
  /** EN went high `STRAP_SAMPLE_MS` ago; `gpio0Low` is what the strap pin says: the ROM loader, or a boot from flash. */
  onStart: (gpio0Low: boolean) => void;
}

/**
 * The two transistors and two buttons of a NodeMCU development board. EN is low while RTS and not DTR, GPIO0 is low
 * while DTR and not RTS, so that a terminal program which asserts both does nothing.
 */
export class ResetCircuit {
  readonly #options: ResetCircuitOptions;
  #lines: ModemLines = { dtr: false, rts: false };
  #flashButton = false;
  #resetButton = false;
  #held = false;
  #sampling: Timer | undefined;

  constructor(options: ResetCircuitOptions) {
    this.#options = options;
  }

  get gpio0Low(): boolean {
    return this.#flashButton || (this.#lines.dtr && !this.#lines.rts);
  }

  setLines(lines: ModemLines): void {
    this.#lines = { ...lines };
    this.#update();
  }

  /** The FLASH button pulls GPIO0 low while held. */
  setFlashButton(down: boolean): void {
    this.#flashButton = down;
  }

  /** The RST button pulls EN low while held. */
  setResetButton(down: boolean): void {
    this.#resetButton = down;
    this.#update();
  }

  #update(): void {
    const held = this.#resetButton || (this.#lines.rts && !this.#lines.dtr);
    if (held === this.#held) return;
    this.#held = held;
    this.#sampling?.cancel();
    if (held) {
      this.#options.onHold();
      return;
    }
    this.#sampling = this.#options.clock.after(STRAP_SAMPLE_MS, () => this.#options.onStart(this.gpio0Low));
  }
}
