import type { ModemLines, SerialLine } from '../virtual-board/serial/line.ts';
import type { Random } from '../virtual-board/random.ts';

/** What can happen to a board on a desk while it is being flashed. */
export const faults = [
  'disconnect',
  'reset',
  'silence',
  'lost answer',
  'garbage',
  'bit flip to chip',
  'bit flip to host',
  'interrupt',
] as const;

export type Fault = (typeof faults)[number];

export interface FaultyLineOptions {
  line: SerialLine;
  random: Random;
  fault: Fault;
  /** Number of the packet from the host, from 0, at which it happens. */
  atPacket: number;
  /** Does what cannot be done on the line: pulls the cable, presses RST or Ctrl-C. */
  strike: (fault: Fault) => void;
}

/** A line on which one thing goes wrong, once, at a given packet of the host. */
export class FaultyLine implements SerialLine {
  readonly #options: FaultyLineOptions;
  #packets = 0;
  #flipsAnswer = false;
  #losesAnswer = false;
  #isSilent = false;
  #noisesAnswer = false;

  constructor(options: FaultyLineOptions) {
    this.#options = options;
  }

  /** Packets that the host has sent. */
  get packets(): number {
    return this.#packets;
  }

  get pending(): number {
    return this.#options.line.pending;
  }

  write(bytes: Uint8Array): void {
    const { line, fault, atPacket } = this.#options;
    this.#losesAnswer = false;
    if (this.#packets++ !== atPacket) {
      line.write(bytes);
    } else if (fault === 'bit flip to chip') {
      line.write(this.#flipped(bytes));
    } else {
      line.write(bytes);
      this.#strike(fault);
    }
  }

  onData(receiver: (bytes: Uint8Array) => void): () => void {
    return this.#options.line.onData((bytes) => {
      if (this.#isSilent || this.#losesAnswer) return;
      if (this.#noisesAnswer) receiver(this.#noise());
      receiver(this.#flipsAnswer ? this.#flipped(bytes) : bytes);
      this.#flipsAnswer = this.#noisesAnswer = false;
    });
  }

  setLines(lines: ModemLines): void {
    this.#options.line.setLines(lines);
  }

  setBaudRate(baudRate: number): void {
    this.#options.line.setBaudRate(baudRate);
  }

  #strike(fault: Fault): void {
    if (fault === 'silence') this.#isSilent = true;
    else if (fault === 'lost answer') this.#losesAnswer = true;
    else if (fault === 'bit flip to host') this.#flipsAnswer = true;
    else if (fault === 'garbage') this.#makeNoise();
    else this.#options.strike(fault);
  }

  /** Both ways: behind the packet, and in front of its answer. */
  #makeNoise(): void {
    this.#noisesAnswer = true;
    this.#options.line.write(this.#noise());
  }

  /** Has bytes that look like the ends of packets. */
  #noise(): Uint8Array {
    const { random } = this.#options;
    return Uint8Array.from({ length: 64 }, () => (random() < 0.1 ? 0xc0 : Math.floor(random() * 256)));
  }

  #flipped(bytes: Uint8Array): Uint8Array {
    const copy = Uint8Array.from(bytes);
    const at = Math.floor(this.#options.random() * copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << Math.floor(this.#options.random() * 8));
    return copy;
  }
}
