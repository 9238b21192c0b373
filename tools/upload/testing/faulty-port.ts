import type { ModemLines } from '../../virtual-board/serial/line.ts';
import { seededRandom } from '../../virtual-board/random.ts';
import { Receivers, type Port } from '../../serial/port.ts';
import type { BenchBoard } from '../../serial/testing/bench-board.ts';

/** What goes wrong on a line at one step; a step is one write of the host. */
export const faults = ['disconnect', 'reset', 'silence', 'garbage', 'flip to board', 'flip to host', 'Ctrl-C'] as const;
export type Fault = (typeof faults)[number];

/** A cable on which one thing goes wrong at the host's write number `step`. */
export class FaultyPort implements Port {
  readonly path = 'faulty cable';
  readonly isVirtual = true;
  steps = 0;
  readonly #bench: BenchBoard;
  readonly #port: ReturnType<BenchBoard['plugIn']>;
  readonly #fault: Fault | undefined;
  readonly #step: number;
  readonly #random = seededRandom(7);
  readonly #data = new Receivers<[Uint8Array]>();
  #isSilent = false;
  #flipsNextAnswer = false;

  constructor(bench: BenchBoard, fault?: Fault, step = Infinity) {
    this.#bench = bench;
    this.#port = bench.plugIn();
    this.#fault = fault;
    this.#step = step;
    this.#port.onData((bytes) => this.#receive(bytes));
  }

  get baudRate(): number {
    return this.#port.baudRate;
  }

  async write(bytes: Uint8Array): Promise<void> {
    const isHit = ++this.steps === this.#step;
    await this.#port.write(isHit ? this.#strike(bytes) : this.#isSilent ? new Uint8Array() : bytes);
  }

  onData(receiver: (bytes: Uint8Array) => void): () => void {
    return this.#data.add(receiver);
  }

  onClose(receiver: (error?: Error) => void): () => void {
    return this.#port.onClose(receiver);
  }

  setLines(lines: ModemLines): Promise<void> {
    return this.#isSilent ? Promise.resolve() : this.#port.setLines(lines);
  }

  setBaudRate(baudRate: number): Promise<void> {
    return this.#port.setBaudRate(baudRate);
  }

  close(): Promise<void> {
    return this.#port.close();
  }

  /** What the host's write becomes. */
  #strike(bytes: Uint8Array): Uint8Array {
    switch (this.#fault) {
      case 'disconnect':
        this.#port.unplug();
        return bytes;
      case 'Ctrl-C':
        void this.#port.close();
        return bytes;
      case 'reset':
        this.#bench.board.reset('watchdog');
        return bytes;
      case 'silence':
        this.#isSilent = true;
        return new Uint8Array();
      case 'garbage':
        return bytes.map(() => this.#random() * 256);
      case 'flip to board':
        return this.#flip(bytes);
      case 'flip to host':
        this.#flipsNextAnswer = true;
        return bytes;
      case undefined:
        return bytes;
    }
  }

  #receive(bytes: Uint8Array): void {
    if (this.#isSilent) return;
    this.#data.send(this.#flipsNextAnswer ? this.#flip(bytes) : bytes);
    this.#flipsNextAnswer = false;
  }

  #flip(bytes: Uint8Array): Uint8Array {
    const flipped = Uint8Array.from(bytes);
    const at = Math.floor(this.#random() * bytes.length);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << Math.floor(this.#random() * 8));
    return flipped;
  }
}
