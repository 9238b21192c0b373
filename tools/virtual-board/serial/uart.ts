import type { Clock, Timer } from '../clock.ts';
import type { ChipUart, ModemLines, SerialLine } from './line.ts';
import { BITS_PER_BYTE, Resampler } from './resample.ts';

/** `line` carries bytes at the sender's baud rate; `instant` at the next turn of the clock. */
export type LineRate = 'line' | 'instant';

export interface UartOptions {
  clock: Clock;
  rate: LineRate;
  /** Where the host's modem lines go: the reset circuit. */
  onLines?: (lines: ModemLines) => void;
}

/** Rate of the boot ROM with a 26 MHz crystal: it divides for 115200 at 40 MHz. */
export const BOOT_ROM_BAUD = 74880;

/** Depth of the receive and of the transmit FIFO (ESP8266 Technical Reference, UART). */
const FIFO_SIZE = 128;

/** Bytes are handed over in lots of this many milliseconds, as a USB bridge and an interrupt handler do. */
const LOT_MS = 1;

interface Chunk {
  bytes: Uint8Array;
  offset: number;
  baudRate: number;
}

/** Takes bytes off the wire; `isLast` says that it is idle after them. */
type Deliver = (bytes: Uint8Array, baudRate: number, isLast: boolean) => void;

/** One direction of the line: queues what is sent and delivers it when the wire has carried it. */
class Wire {
  readonly #clock: Clock;
  readonly #rate: LineRate;
  readonly #deliver: Deliver;
  #queue: Chunk[] = [];
  #pending = 0;
  #carriedUntil = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock, rate: LineRate, deliver: Deliver) {
    this.#clock = clock;
    this.#rate = rate;
    this.#deliver = deliver;
  }

  get pending(): number {
    return this.#pending;
  }

  send(bytes: Uint8Array, baudRate: number): void {
    if (bytes.length === 0) return;
    this.#queue.push({ bytes: Uint8Array.from(bytes), offset: 0, baudRate });
    this.#pending += bytes.length;
    if (this.#timer) return;
    this.#carriedUntil = this.#clock.now();
    this.#schedule();
  }

  clear(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#queue = [];
    this.#pending = 0;
  }

  #schedule(): void {
    const head = this.#queue[0];
    if (!head) return;
    const wait = this.#rate === 'instant' ? 0 : this.#untilNextLot(head.baudRate);
    this.#timer = this.#clock.after(wait, () => {
      this.#timer = undefined;
      this.#carry();
    });
  }

  /** While much is queued another lot, some time later; the end of it all at the moment when the wire has carried it. */
  #untilNextLot(baudRate: number): number {
    const restMs = msFor(this.#pending, baudRate);
    if (restMs > LOT_MS) return Math.max(LOT_MS, msFor(1, baudRate));
    return this.#carriedUntil + restMs - this.#clock.now();
  }

  #carry(): void {
    for (let head = this.#queue[0]; head; head = this.#queue[0]) {
      const left = head.bytes.length - head.offset;
      const count = this.#rate === 'instant' ? left : Math.min(left, this.#carriable(head.baudRate));
      if (count === 0) break;
      const lot = head.bytes.subarray(head.offset, head.offset + count);
      head.offset += count;
      this.#pending -= count;
      this.#carriedUntil += msFor(count, head.baudRate);
      if (count === left) this.#queue.shift();
      this.#deliver(lot, head.baudRate, this.#queue.length === 0);
    }
    if (!this.#timer) this.#schedule();
  }

  /** The microsecond forgives rounding, so that a lot due now never waits for one more turn. */
  #carriable(baudRate: number): number {
    return Math.floor((this.#clock.now() + 0.001 - this.#carriedUntil) / msFor(1, baudRate));
  }
}

const msFor = (bytes: number, baudRate: number): number => (bytes * BITS_PER_BYTE * 1000) / baudRate;

/** UART0 of the chip with the wire to the host: `this` is the host's end, `chip` the chip's. */
export class Uart implements SerialLine {
  readonly chip: ChipUart;
  readonly #onLines: (lines: ModemLines) => void;
  readonly #rate: LineRate;
  readonly #toChip: Wire;
  readonly #toHost: Wire;
  readonly #hostEar = new Resampler();
  readonly #chipEar = new Resampler();
  readonly #hostReceivers = new Set<(bytes: Uint8Array) => void>();
  #hostBaud = 115200;
  #chipBaud = BOOT_ROM_BAUD;
  #autoBaud = false;
  #chipReceiver: ((bytes: Uint8Array) => void) | undefined;
  #fifo: number[] = [];

  constructor(options: UartOptions) {
    this.#onLines = options.onLines ?? (() => undefined);
    this.#rate = options.rate;
    this.#toChip = new Wire(options.clock, options.rate, (...lot) => this.#arriveAtChip(...lot));
    this.#toHost = new Wire(options.clock, options.rate, (...lot) => this.#arriveAtHost(...lot));
    this.chip = this.#chipEnd();
  }

  get pending(): number {
    return this.#toChip.pending;
  }

  write(bytes: Uint8Array): void {
    this.#toChip.send(bytes, this.#hostBaud);
  }

  onData(receiver: (bytes: Uint8Array) => void): () => void {
    this.#hostReceivers.add(receiver);
    return () => {
      this.#hostReceivers.delete(receiver);
    };
  }

  setLines(lines: ModemLines): void {
    this.#onLines(lines);
  }

  setBaudRate(baudRate: number): void {
    this.#hostBaud = baudRate;
  }

  /** What a reset of the chip does to its UART: FIFOs emptied, boot ROM's rate, nobody listening. */
  reset(): void {
    this.#toHost.clear();
    this.#fifo = [];
    this.#chipReceiver = undefined;
    this.#chipBaud = BOOT_ROM_BAUD;
    this.#autoBaud = false;
  }

  #arriveAtHost(bytes: Uint8Array, baudRate: number, isLast: boolean): void {
    const heard = this.#hostEar.receive(bytes, baudRate, this.#hostBaud, isLast);
    if (heard.length === 0) return;
    for (const receiver of [...this.#hostReceivers]) receiver(heard);
  }

  #arriveAtChip(bytes: Uint8Array, baudRate: number, isLast: boolean): void {
    if (this.#autoBaud) this.#chipBaud = baudRate;
    const heard = this.#chipEar.receive(bytes, baudRate, this.#chipBaud, isLast);
    if (heard.length === 0) return;
    if (this.#chipReceiver) this.#chipReceiver(heard);
    else this.#fifo.push(...heard.subarray(0, FIFO_SIZE - this.#fifo.length));
  }

  #chipEnd(): ChipUart {
    const uart = () => this;
    return {
      get baudRate() {
        return uart().#chipBaud;
      },
      set baudRate(baudRate) {
        uart().#chipBaud = baudRate;
      },
      get autoBaud() {
        return uart().#autoBaud;
      },
      set autoBaud(autoBaud) {
        uart().#autoBaud = autoBaud;
      },
      get txPending() {
        return uart().#toHost.pending;
      },
      get txWaitMs() {
        return uart().#txWaitMs();
      },
      get rxBuffered() {
        return uart().#fifo.length;
      },
      write: (bytes) => this.#toHost.send(bytes, this.#chipBaud),
      onReceive: (receiver) => this.#listen(receiver),
    };
  }

  #txWaitMs(): number {
    if (this.#rate === 'instant') return 0;
    return msFor(Math.max(0, this.#toHost.pending - FIFO_SIZE), this.#chipBaud);
  }

  #listen(receiver: ((bytes: Uint8Array) => void) | undefined): void {
    this.#chipReceiver = receiver;
    if (!receiver || this.#fifo.length === 0) return;
    const waiting = Uint8Array.from(this.#fifo);
    this.#fifo = [];
    receiver(waiting);
  }
}
