import type { Clock } from '../clock.ts';
import { MAC_ADDRESS } from '../identity.ts';
import type { FlashChip } from './flash-chip.ts';
import { FlasherStub } from './flasher-stub.ts';
import { FlashWriter } from './flash-writer.ts';
import type { ChipUart } from './line.ts';
import {
  blockOf,
  buildResponse,
  Command,
  parseRequest,
  ROM_BAD_CHECKSUM,
  ROM_INVALID_MESSAGE,
  word,
  type LoaderRequest,
} from './loader-protocol.ts';
import { Registers, type MacAddress } from './registers.ts';
import { SlipDecoder, slipEncode } from './slip.ts';

export interface RomLoaderOptions {
  uart: ChipUart;
  flash: FlashChip;
  clock: Clock;
  mac?: MacAddress;
  /** The loader or its stub ends in a jump to the reset vector. */
  onRestart: () => void;
}

/** The ROM answers SYNC, and what it does not know, so many times. */
const REPEATS = 8;
/** What the ROM leaves in the value field of answers to SYNC; the stub leaves zero. */
const SYNC_VALUE = 0x20120707;
/** From the ROM's answer to MEM_END to the stub's first word. */
const STUB_START_MS = 2;

interface Reply {
  command?: number;
  reason?: number;
  value?: number;
  times?: number;
  /** What happens once the answer is on its way. */
  afterwards?: () => void;
}

/** Memory that a host uploads, as MEM_BEGIN announced it. */
interface RamRegion {
  start: number;
  size: number;
  received: number;
}

/**
 * The serial loader in the chip's mask ROM. It follows the host's baud rate, uploads code to RAM and runs it. The code
 * itself is not run here: whatever is uploaded whole and entered inside of it becomes Espressif's flasher stub; a jump
 * anywhere else crashes, which on this chip means silence.
 */
export class RomLoader {
  readonly #options: RomLoaderOptions;
  readonly #registers: Registers;
  #decoder = new SlipDecoder(() => undefined);
  #regions: RamRegion[] = [];
  #writer: FlashWriter | undefined;
  #stub: FlasherStub | undefined;
  #isRunning = false;

  constructor(options: RomLoaderOptions) {
    this.#options = options;
    const { flash, mac = MAC_ADDRESS, uart } = options;
    this.#registers = new Registers({ flash, mac, baudRate: () => uart.baudRate });
  }

  start(): void {
    const { uart } = this.#options;
    this.#regions = [];
    this.#writer = undefined;
    this.#stub = undefined;
    this.#isRunning = true;
    this.#decoder = new SlipDecoder((packet) => this.#receive(packet));
    uart.autoBaud = true;
    uart.onReceive((bytes) => this.#decoder.push(bytes));
  }

  stop(): void {
    this.#isRunning = false;
    this.#options.uart.autoBaud = false;
    this.#options.uart.onReceive(undefined);
  }

  #receive(packet: Uint8Array): void {
    if (!this.#isRunning) return;
    if (this.#stub?.isReading) {
      this.#stub.acknowledge(packet);
      return;
    }
    const request = parseRequest(packet);
    if (!request) return;
    if (this.#stub) this.#stub.handle(request);
    else this.#handle(request);
  }

  #handle(request: LoaderRequest): void {
    const { command = request.command, reason = 0, value = 0, times = 1, afterwards } = this.#perform(request);
    const answer = buildResponse(command, value, Uint8Array.of(reason === 0 ? 0 : 1, reason));
    for (let count = 0; count < times; count++) this.#send(answer);
    afterwards?.();
  }

  #perform(request: LoaderRequest): Reply {
    const { command, data } = request;
    switch (command) {
      case Command.sync:
        this.#options.uart.autoBaud = false;
        return { value: SYNC_VALUE, times: REPEATS };
      case Command.readReg:
        return { value: this.#registers.read(word(data, 0)) };
      case Command.writeReg:
        this.#registers.write(word(data, 0), word(data, 1), word(data, 2));
        return {};
      case Command.memBegin:
        this.#regions.push({ start: word(data, 3), size: word(data, 0), received: 0 });
        return {};
      case Command.memData:
        return this.#memData(request);
      case Command.memEnd:
        return { afterwards: () => this.#memEnd(data) };
      case Command.flashBegin:
        this.#writer = new FlashWriter(this.#options.flash, word(data, 3), word(data, 1) * word(data, 2), false);
        return {};
      case Command.flashData:
        return this.#flashData(request);
      case Command.flashEnd:
        this.#writer = undefined;
        return word(data, 0) === 0 ? { afterwards: () => this.#restart() } : {};
      default:
        return { command: 0, reason: ROM_INVALID_MESSAGE, times: REPEATS };
    }
  }

  #memData(request: LoaderRequest): Reply {
    const block = blockOf(request);
    const region = this.#regions.at(-1);
    if (!region || typeof block === 'number') return { reason: ROM_BAD_CHECKSUM };
    region.received += block.length;
    return {};
  }

  #memEnd(data: Uint8Array): void {
    const staysInLoader = word(data, 0) === 1;
    if (staysInLoader) return;
    const entry = word(data, 1);
    const isWhole = this.#regions.every(({ size, received }) => received === size);
    const isInside = this.#regions.some(({ start, size }) => entry >= start && entry < start + size);
    if (isWhole && isInside) this.#options.clock.after(STUB_START_MS, () => this.#startStub());
    else this.stop();
  }

  #flashData(request: LoaderRequest): Reply {
    const block = blockOf(request);
    if (!this.#writer || typeof block === 'number') return { reason: ROM_BAD_CHECKSUM };
    return { reason: this.#writer.push(block) };
  }

  #startStub(): void {
    if (!this.#isRunning) return;
    const { uart, flash, clock } = this.#options;
    this.#stub = new FlasherStub({
      clock,
      flash,
      registers: this.#registers,
      send: (packet) => this.#send(packet),
      setBaudRate: (baudRate) => {
        uart.baudRate = baudRate;
      },
      restart: () => this.#restart(),
    });
    this.#stub.start();
  }

  /** The answer leaves the FIFO before the reset vector empties it. */
  #restart(): void {
    const { uart, clock, onRestart } = this.#options;
    if (!this.#isRunning) return;
    if (uart.txPending > 0) {
      clock.after(1, () => this.#restart());
      return;
    }
    this.stop();
    onRestart();
  }

  #send(packet: Uint8Array): void {
    this.#options.uart.write(slipEncode(packet));
  }
}
