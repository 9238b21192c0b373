import type { Clock } from '../clock.ts';
import type { Link } from './link.ts';

/** Two ends of a cable without loss or delay: a frame arrives as soon as the current callback has returned. */
export function createWire(clock: Clock): [Link, Link] {
  const left = new WireEnd(clock);
  const right = new WireEnd(clock);
  left.peer = right;
  right.peer = left;
  return [left, right];
}

class WireEnd implements Link {
  peer: WireEnd | undefined;
  readonly #clock: Clock;
  #receiver: ((frame: Uint8Array) => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  send(frame: Uint8Array): void {
    const peer = this.peer;
    if (peer) this.#clock.after(0, () => peer.#receiver?.(frame));
  }

  onFrame(receiver: (frame: Uint8Array) => void): void {
    this.#receiver = receiver;
  }

  close(): void {
    this.#receiver = undefined;
    this.peer = undefined;
  }
}
