import type { Link } from '../../../tools/virtual-board/wire/link.ts';
import { readTcpFrame } from '../../stress/verdict/frame.ts';

/**
 * The receive buffers of a device, between its driver and its stack: a frame with data needs one, and without a free one
 * it is lost. `held` says how many the stack and the application hold at this moment. Segments without data pass: they
 * are done with before the next frame comes.
 */
export class BufferPool implements Link {
  drops = 0;
  /** Most buffers in use at once. */
  most = 0;
  readonly #link: Link;
  readonly #buffers: number;
  readonly #held: () => number;

  constructor(link: Link, buffers: number, held: () => number) {
    this.#link = link;
    this.#buffers = buffers;
    this.#held = held;
  }

  send(frame: Uint8Array): void {
    this.#link.send(frame);
  }

  onFrame(receiver: (frame: Uint8Array) => void): void {
    this.#link.onFrame((frame) => {
      const length = readTcpFrame(frame)?.len ?? 0;
      if (length > 0 && this.#held() >= this.#buffers) {
        this.drops++;
        return;
      }
      receiver(frame);
      this.most = Math.max(this.most, this.#held());
    });
  }

  close(): void {
    this.#link.close();
  }
}
