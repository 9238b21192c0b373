import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { FlashChip } from './flash-chip.ts';
import { FlashReader } from './flash-reader.ts';
import { FlashWriter } from './flash-writer.ts';
import { blockOf, buildResponse, Command, StubError, word, type LoaderRequest } from './loader-protocol.ts';
import { SECTOR_SIZE } from './memory-flash.ts';
import type { Registers } from './registers.ts';

export interface StubOptions {
  clock: Clock;
  flash: FlashChip;
  registers: Registers;
  /** Sends one packet. */
  send: (packet: Uint8Array) => void;
  setBaudRate: (baudRate: number) => void;
  /** Ends the stub: the chip starts anew. */
  restart: () => void;
}

interface Reply {
  error?: StubError;
  data?: Uint8Array;
  value?: number;
  /** What happens once the answer is on its way. */
  afterwards?: () => void;
}

const nothing = new Uint8Array();
/** WRITE_REG carries any number of address, value, mask and delay. */
const WRITE_SIZE = 16;
/** The answer to a block is on the line before the block is written. */
const WRITE_DELAY_MS = 2;

/**
 * Espressif's flasher stub, as far as flashers use it. Its manners matter: a block is acknowledged when it has arrived
 * and is written while the next one comes in, so that what went wrong in one is told in the answer to the next.
 */
export class FlasherStub {
  readonly #options: StubOptions;
  #writer: FlashWriter | undefined;
  #reader: FlashReader | undefined;
  #unwritten: (() => void) | undefined;
  #lateError: StubError = StubError.none;

  constructor(options: StubOptions) {
    this.#options = options;
  }

  /** The greeting that tells the host it runs. */
  start(): void {
    this.#options.send(new TextEncoder().encode('OHAI'));
  }

  /** While flash is read out, packets from the host are acknowledgements, not commands. */
  get isReading(): boolean {
    return this.#reader !== undefined;
  }

  acknowledge(packet: Uint8Array): void {
    if (this.#reader?.acknowledge(packet) === 'done') this.#reader = undefined;
  }

  handle(request: LoaderRequest): void {
    this.#unwritten?.();
    const { error = StubError.none, data = nothing, value = 0, afterwards } = this.#perform(request);
    this.#options.send(buildResponse(request.command, value, Uint8Array.of(...data, error, 0)));
    afterwards?.();
  }

  #perform(request: LoaderRequest): Reply {
    const { command, data } = request;
    const { registers, flash, restart, setBaudRate } = this.#options;
    switch (command) {
      case Command.sync:
      case Command.spiAttach:
      case Command.spiSetParams:
        return {};
      case Command.readReg:
        return { value: registers.read(word(data, 0)) };
      case Command.writeReg:
        this.#writeRegisters(data);
        return {};
      case Command.flashBegin:
      case Command.flashDeflBegin:
        return { error: this.#begin(request) };
      case Command.flashData:
      case Command.flashDeflData:
        return this.#data(request);
      case Command.flashEnd:
      case Command.flashDeflEnd:
        return this.#end(data);
      case Command.spiFlashMd5:
        return { data: md5(flash.read(word(data, 0), word(data, 1))) };
      case Command.changeBaudRate:
        return { afterwards: () => setBaudRate(word(data, 0)) };
      case Command.eraseFlash:
        flash.eraseAll();
        return {};
      case Command.eraseRegion:
        return { error: eraseRegion(flash, word(data, 0), word(data, 1)) };
      case Command.readFlash:
        return { afterwards: () => this.#startReading(data) };
      case Command.runUserCode:
        return { afterwards: restart };
      default:
        return { error: StubError.invalidCommand };
    }
  }

  #writeRegisters(data: Uint8Array): void {
    for (let at = 0; at + WRITE_SIZE <= data.length; at += WRITE_SIZE) {
      const write = data.subarray(at);
      this.#options.registers.write(word(write, 0), word(write, 1), word(write, 2));
    }
  }

  #begin({ command, data }: LoaderRequest): StubError {
    const size = word(data, 0);
    const address = word(data, 3);
    const { flash } = this.#options;
    if (address + size > flash.size) return StubError.badBlockSize;
    this.#lateError = StubError.none;
    this.#writer = new FlashWriter(flash, address, size, command === Command.flashDeflBegin);
    return StubError.none;
  }

  #data(request: LoaderRequest): Reply {
    const writer = this.#writer;
    if (!writer) return { error: StubError.notInFlashMode };
    const block = blockOf(request);
    if (typeof block === 'number') return { error: block };
    if (this.#lateError !== StubError.none) return { error: this.#lateError };
    return { afterwards: () => this.#writeLater(writer, block) };
  }

  #writeLater(writer: FlashWriter, block: Uint8Array): void {
    this.#unwritten = () => {
      this.#unwritten = undefined;
      this.#lateError = writer.push(block);
    };
    this.#options.clock.after(WRITE_DELAY_MS, () => this.#unwritten?.());
  }

  #end(data: Uint8Array): Reply {
    const writer = this.#writer;
    if (!writer) return { error: StubError.notInFlashMode };
    this.#writer = undefined;
    if (this.#lateError !== StubError.none) return { error: this.#lateError };
    if (!writer.isComplete) return { error: StubError.notEnoughData };
    return word(data, 0) === 0 ? { afterwards: this.#options.restart } : {};
  }

  #startReading(data: Uint8Array): void {
    const bytes = this.#options.flash.read(word(data, 0), word(data, 1));
    this.#reader = new FlashReader(bytes, word(data, 2), word(data, 3), this.#options.send);
    this.#reader.start();
  }
}

function eraseRegion(flash: FlashChip, address: number, size: number): StubError {
  if (address % SECTOR_SIZE || size % SECTOR_SIZE || address + size > flash.size) return StubError.badBlockSize;
  for (let at = address; at < address + size; at += SECTOR_SIZE) flash.eraseSector(at);
  return StubError.none;
}

const md5 = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(createHash('md5').update(bytes).digest());
