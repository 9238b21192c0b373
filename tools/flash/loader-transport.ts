import { ESPError, Transport } from 'esptool-js';
import type { Port } from '../serial/port.ts';
import { sleep } from '../serial/sleep.ts';
import { webSerialPort } from '../serial/web-serial.ts';
import type { Clock } from '../virtual-board/clock.ts';
import { SlipDecoder } from '../virtual-board/serial/slip.ts';

interface Waiter {
  resolve: (packet: Uint8Array) => void;
  reject: (error: Error) => void;
}

/** Quiet time after which stale input has arrived, and the most that is waited for it. */
const QUIET_MS = 100;
const MAX_DRAIN_MS = 400;
/** Enough for the boot message, which `peek` shows. */
const TEXT_KEPT = 512;

/**
 * esptool-js's transport with packets instead of polling: waits end when a packet comes, on the injected clock, or when
 * somebody aborts. Bytes outside of packets are noise, not errors.
 */
export class LoaderTransport extends Transport {
  readonly #clock: Clock;
  #decoder = this.#newDecoder();
  #packets: Uint8Array[] = [];
  #text: number[] = [];
  #bytesSeen = 0;
  #waiter: Waiter | undefined;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #lastWrite = 0;
  #aborted: Error | undefined;

  constructor(port: Port, clock: Clock) {
    super(webSerialPort(port));
    this.#clock = clock;
    port.onClose((error) => this.abort(error ?? new Error('the port was closed')));
  }

  /** Ends the wait in progress and every later one. */
  abort(reason: Error): void {
    this.#aborted ??= reason;
    this.#waiter?.reject(reason);
  }

  get abortReason(): Error | undefined {
    return this.#aborted;
  }

  /**
   * The next packet; a late or missing one is an `ESPError`. Time runs from the command, so that a board which babbles
   * packets for ever does not hold its host.
   */
  override async read(timeout: number): Promise<Uint8Array> {
    if (this.#aborted) throw this.#aborted;
    const packet = this.#packets.shift();
    if (packet) return packet;
    const leftMs = Math.max(0, this.#lastWrite + timeout - this.#clock.now());
    return new Promise((resolve, reject) => {
      const timer = this.#clock.after(leftMs, () => waiter.reject(new ESPError(`no answer within ${timeout} ms`)));
      const settle = (): void => {
        timer.cancel();
        this.#waiter = undefined;
      };
      const waiter: Waiter = {
        resolve: (packet) => {
          settle();
          resolve(packet);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      };
      this.#waiter = waiter;
    });
  }

  override async write(data: Uint8Array): Promise<void> {
    if (this.#aborted) throw this.#aborted;
    const writer = this.device.writable?.getWriter();
    if (!writer) throw new Error('the port was closed');
    try {
      await writer.write(this.slipWriter(data));
    } finally {
      writer.releaseLock();
      this.#lastWrite = this.#clock.now();
    }
  }

  override async readLoop(): Promise<void> {
    const reader = this.device.readable?.getReader();
    if (!reader) return;
    this.#reader = reader;
    try {
      for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read()) {
        if (value) this.#take(value);
      }
    } catch (error) {
      this.abort(error instanceof Error ? error : new Error(String(error)));
    } finally {
      reader.releaseLock();
      this.#reader = undefined;
    }
  }

  override flushInput(): void {
    this.#packets = [];
    this.#text = [];
    this.#decoder = this.#newDecoder();
  }

  override peek(): Uint8Array {
    return Uint8Array.from(this.#text);
  }

  override inWaiting(): number {
    return this.#packets.length;
  }

  override async drainInput(): Promise<void> {
    const deadline = this.#clock.now() + MAX_DRAIN_MS;
    for (let seen = -1; seen !== this.#bytesSeen && this.#clock.now() < deadline;) {
      seen = this.#bytesSeen;
      await sleep(this.#clock, QUIET_MS);
    }
    this.flushInput();
  }

  override async disconnect(): Promise<void> {
    await this.#reader?.cancel();
    await this.device.close();
  }

  /** The original prints even when tracing is off. */
  override trace(): void {
    return;
  }

  #newDecoder(): SlipDecoder {
    return new SlipDecoder((packet) => {
      if (this.#waiter) this.#waiter.resolve(packet);
      else this.#packets.push(packet);
    });
  }

  #take(bytes: Uint8Array): void {
    this.#bytesSeen += bytes.length;
    if (this.#text.length < TEXT_KEPT) this.#text.push(...bytes.subarray(0, TEXT_KEPT));
    this.#decoder.push(bytes);
  }
}
