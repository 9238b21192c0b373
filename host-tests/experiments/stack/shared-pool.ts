import type { VirtualClock } from '../../../tools/virtual-board/clock.ts';
import type { Link } from '../../../tools/virtual-board/wire/link.ts';

export interface SharedPoolOptions {
  clock: VirtualClock;
  buffers: number;
  /** CPU time for a received frame. */
  frameMs: number;
  /** Buffers that data on its way holds at this moment. */
  sending: () => number;
}

/**
 * Buffers for both directions, as small stacks have them: a sent segment keeps its own until it is acknowledged, and each
 * frame that arrives takes one until the CPU has come to it. Without a free one it is lost.
 */
export class SharedPool implements Link {
  /** Received frames that found no buffer. */
  drops = 0;
  /** Most buffers in use at once. */
  most = 0;
  readonly #link: Link;
  readonly #options: SharedPoolOptions;
  readonly #waiting: Uint8Array[] = [];
  #receiver: ((frame: Uint8Array) => void) | undefined;

  constructor(link: Link, options: SharedPoolOptions) {
    this.#link = link;
    this.#options = options;
    link.onFrame((frame) => this.#arrive(frame));
  }

  send(frame: Uint8Array): void {
    this.#link.send(frame);
  }

  onFrame(receiver: (frame: Uint8Array) => void): void {
    this.#receiver = receiver;
  }

  close(): void {
    this.#link.close();
  }

  #arrive(frame: Uint8Array): void {
    const { buffers, sending } = this.#options;
    const used = sending() + this.#waiting.length + 1;
    if (used > buffers) {
      this.drops++;
      return;
    }
    this.most = Math.max(this.most, used);
    this.#waiting.push(frame);
    if (this.#waiting.length === 1) this.#workOff();
  }

  #workOff(): void {
    const { clock, frameMs } = this.#options;
    clock.after(frameMs, () => {
      const frame = this.#waiting.shift();
      if (this.#waiting.length > 0) this.#workOff();
      if (frame) this.#receiver?.(frame);
    });
  }
}
