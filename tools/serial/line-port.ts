import { RealClock, type Clock } from '../virtual-board/clock.ts';
import type { ModemLines, SerialLine } from '../virtual-board/serial/line.ts';
import { Receivers, type Port } from './port.ts';
import { sleep } from './sleep.ts';

/** A port straight onto the line of a virtual board in this process, without a pseudo-terminal in between. */
export class LinePort implements Port {
  readonly path = 'in-process';
  readonly isVirtual = true;
  #baudRate: number;
  #isOpen = true;
  readonly #line: SerialLine;
  readonly #clock: Clock;
  readonly #data = new Receivers<[Uint8Array]>();
  readonly #closed = new Receivers<[Error?]>();
  readonly #unplugLine: () => void;

  constructor(line: SerialLine, baudRate = 115200, clock: Clock = new RealClock()) {
    this.#line = line;
    this.#clock = clock;
    this.#baudRate = baudRate;
    line.setBaudRate(baudRate);
    this.#unplugLine = line.onData((bytes) => this.#data.send(bytes));
  }

  get baudRate(): number {
    return this.#baudRate;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#whileOpen(() => this.#line.write(bytes));
    while (this.#line.pending > 0) await sleep(this.#clock, 1);
  }

  onData(receiver: (bytes: Uint8Array) => void): () => void {
    return this.#data.add(receiver);
  }

  onClose(receiver: (error?: Error) => void): () => void {
    return this.#closed.add(receiver);
  }

  setLines(lines: ModemLines): Promise<void> {
    return this.#whileOpen(() => this.#line.setLines(lines));
  }

  setBaudRate(baudRate: number): Promise<void> {
    return this.#whileOpen(() => {
      this.#baudRate = baudRate;
      this.#line.setBaudRate(baudRate);
    });
  }

  close(): Promise<void> {
    this.#end();
    return Promise.resolve();
  }

  /** The cable is pulled out. */
  unplug(): void {
    this.#end(new Error('the device is gone'));
  }

  #end(error?: Error): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#unplugLine();
    this.#closed.send(error);
  }

  #whileOpen(action: () => void): Promise<void> {
    if (!this.#isOpen) return Promise.reject(new Error(`${this.path} is closed`));
    action();
    return Promise.resolve();
  }
}
