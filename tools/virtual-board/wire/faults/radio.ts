import type { Clock, Timer } from '../../clock.ts';
import type { Link } from '../link.ts';

/** The air between access point and board: carries every frame, or, while the access point is away, none. */
export class Radio implements Link {
  readonly #link: Link;
  #up = true;

  constructor(link: Link) {
    this.#link = link;
  }

  setUp(up: boolean): void {
    this.#up = up;
  }

  send(frame: Uint8Array): void {
    if (this.#up) this.#link.send(frame);
  }

  onFrame(receiver: (frame: Uint8Array) => void): void {
    this.#link.onFrame((frame) => {
      if (this.#up) receiver(frame);
    });
  }

  close(): void {
    this.#link.close();
  }
}

/** An access point that comes and goes. */
export interface Outages {
  /** Time with Wi-Fi before each outage, in milliseconds. */
  upMs: number;
  downMs: number;
}

/** Calls `setUp` at the beginning and the end of every outage; returns the function that stops. */
export function runOutages({ upMs, downMs }: Outages, clock: Clock, setUp: (up: boolean) => void): () => void {
  let timer: Timer = clock.after(upMs, fall);
  function fall(): void {
    setUp(false);
    timer = clock.after(downMs, rise);
  }
  function rise(): void {
    setUp(true);
    timer = clock.after(upMs, fall);
  }
  return () => timer.cancel();
}
