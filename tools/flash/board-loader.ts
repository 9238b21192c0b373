import { isDeepStrictEqual } from 'node:util';
import { ClassicReset, ESPError, ESPLoader, type Transport } from 'esptool-js';
import { UserError } from '../cli/exit.ts';
import type { Port } from '../serial/port.ts';
import { sleep } from '../serial/sleep.ts';
import type { Clock } from '../virtual-board/clock.ts';
import { LoaderTransport } from './loader-transport.ts';

/** How the chip gets into its ROM loader: by the modem lines, or by a person who holds FLASH and presses RST. */
export type ResetMode = 'lines' | 'buttons';

export interface ChipInfo {
  chip: string;
  mac: string;
  crystalMHz: number;
  flashId: number;
  /** Bytes. */
  flashSize: number;
}

/** The rate at which the ROM loader is spoken to. */
const ROM_BAUD = 115200;
/** Rounds of reset and SYNC; one takes about 0.7 s when nothing answers. */
const LINE_ATTEMPTS = 5;
/** About half a minute for a person to press two buttons. */
const BUTTON_ATTEMPTS = 60;
const BAUD_SETTLE_MS = 50;
const PROBE_TIMEOUT_MS = 500;
const MAX_INFO_READS = 5;
/** On top of what the line needs for a packet. */
const READ_TIMEOUT_MS = 3000;
const READ_PACKET_SIZE = 4096;
const BITS_PER_BYTE = 10;
const ERASE_REGION = 0xd1;
const MD5_SIZE = 16;
/** esptool's limit for a digest, 8 s per MB, on top of an answer's. */
const MD5_MS_PER_BYTE = 0.008;
const MIN_MD5_TIMEOUT_MS = 3000;

/** The modem lines did nothing: the driver refuses them, or they are not wired to the chip. */
export class LinesRefused extends Error {
  override readonly name = 'LinesRefused';
}

/** esptool-js on a port, with its two defects on this chip cured and every wait on the injected clock. */
export class BoardLoader {
  readonly #port: Port;
  readonly #clock: Clock;
  readonly transport: LoaderTransport;
  #loader: ESPLoader;

  constructor(port: Port, clock: Clock) {
    this.#port = port;
    this.#clock = clock;
    this.transport = new LoaderTransport(port, clock);
    this.#loader = this.#newLoader();
  }

  get baudRate(): number {
    return this.#port.baudRate;
  }

  /** Resets the chip into its loader, finds out what it is, and starts the flasher stub. */
  async connect(mode: ResetMode): Promise<void> {
    await this.transport.disconnect();
    this.#loader = this.#newLoader();
    if (mode === 'lines') await this.#loader.detectChip('default_reset', LINE_ATTEMPTS);
    else await this.#loader.detectChip('no_reset', BUTTON_ATTEMPTS);
    // esptool-js takes offset 0 for the register of read lengths, which this chip does not have, and so sets none.
    this.#loader.chip.SPI_MOSI_DLEN_OFFS = undefined as unknown as number;
    await this.#loader.runStub();
    this.#loader.WRITE_BLOCK_ATTEMPTS = 1;
  }

  /** What the chip says of itself, once it has said the same twice: answers carry no checksum. */
  async info(): Promise<ChipInfo> {
    let info = await this.#readInfo();
    for (let reads = 1; reads < MAX_INFO_READS; reads++) {
      const again = await this.#readInfo();
      if (isDeepStrictEqual(info, again)) return info;
      info = again;
    }
    throw new Error('the chip says something else of itself every time');
  }

  /** Changes the rate on both ends; false when the chip is not heard at the new one, which leaves it lost. */
  async changeBaud(baudRate: number): Promise<boolean> {
    if (baudRate === this.#port.baudRate) return true;
    const rates = new Uint8Array(8);
    new DataView(rates.buffer).setUint32(0, baudRate, true);
    new DataView(rates.buffer).setUint32(4, this.#port.baudRate, true);
    try {
      await this.#loader.command(this.#loader.ESP_CHANGE_BAUDRATE, rates);
      await this.#port.setBaudRate(baudRate);
      this.transport.baudrate = baudRate;
      await sleep(this.#clock, BAUD_SETTLE_MS);
      await this.#loader.readReg(this.#loader.CHIP_DETECT_MAGIC_REG_ADDR, PROBE_TIMEOUT_MS);
      return true;
    } catch (error) {
      if (this.transport.abortReason) throw error;
      return false;
    }
  }

  get blockSize(): number {
    return this.#loader.FLASH_WRITE_SIZE;
  }

  async beginCompressed(size: number, compressedSize: number, address: number): Promise<void> {
    await this.#loader.flashDeflBegin(size, compressedSize, address);
  }

  async sendCompressed(block: Uint8Array, sequence: number, timeoutMs: number): Promise<void> {
    await this.#loader.flashDeflBlock(block, sequence, timeoutMs);
  }

  /** Digest of what is in flash, in hex. The stub answers when it has written what came before: at most `writeMs`. */
  async md5(address: number, size: number, writeMs = 0): Promise<string> {
    const region = new Uint8Array(new Uint32Array([address, size, 0, 0]).buffer);
    const timeoutMs = writeMs + MIN_MD5_TIMEOUT_MS + size * MD5_MS_PER_BYTE;
    const { ESP_SPI_FLASH_MD5 } = this.#loader;
    const answer = await this.#loader.checkCommand('MD5', ESP_SPI_FLASH_MD5, region, 0, MD5_SIZE, timeoutMs);
    if (typeof answer === 'number') throw new Error('the answer to MD5 is too short');
    return Buffer.from(answer).toString('hex');
  }

  /** Address and size in bytes, both multiples of a sector. */
  async eraseRegion(address: number, size: number, timeoutMs: number): Promise<void> {
    const region = new Uint8Array(new Uint32Array([address, size]).buffer);
    await this.#loader.checkCommand('erase region', ERASE_REGION, region, 0, 0, timeoutMs);
  }

  /** Reads flash and the digest that the stub sends after it. */
  async read(address: number, size: number): Promise<{ bytes: Uint8Array; md5: string }> {
    this.#loader.FLASH_READ_TIMEOUT = READ_TIMEOUT_MS + (READ_PACKET_SIZE * BITS_PER_BYTE * 1000) / this.baudRate;
    const bytes = await this.#loader.readFlash(address, size);
    const digest = await this.transport.read(PROBE_TIMEOUT_MS);
    return { bytes, md5: Buffer.from(digest).toString('hex') };
  }

  /** Gives the port back at the console's rate. The chip stays in the stub: esptool-js's own reset never pulls EN. */
  async leave(): Promise<void> {
    await this.transport.disconnect();
    await this.#port.setBaudRate(ROM_BAUD);
  }

  async #readInfo(): Promise<ChipInfo> {
    const { chip } = this.#loader;
    const flashId = await this.#loader.readFlashId();
    return {
      chip: chip.CHIP_NAME === 'ESP8266' ? await chip.getChipDescription(this.#loader) : chip.CHIP_NAME,
      mac: await chip.readMac(this.#loader),
      crystalMHz: await chip.getCrystalFreq(this.#loader),
      flashId,
      flashSize: 2 ** ((flashId >> 16) & 0xff),
    };
  }

  #newLoader(): ESPLoader {
    const classicReset = (transport: Transport, bootMs: number): ClassicReset =>
      Object.assign(new ClassicReset(transport, bootMs), { reset: () => this.#resetIntoLoader(bootMs) });
    const silence = (): void => undefined;
    return new ESPLoader({
      transport: this.transport,
      baudrate: ROM_BAUD,
      terminal: { clean: silence, write: silence, writeLine: silence },
      resetConstructors: { classicReset },
    });
  }

  async #resetIntoLoader(bootMs: number): Promise<void> {
    try {
      await this.#port.setLines({ dtr: false, rts: true });
      await sleep(this.#clock, 100);
      await this.#port.setLines({ dtr: true, rts: false });
      await sleep(this.#clock, bootMs);
      await this.#port.setLines({ dtr: false, rts: false });
    } catch (error) {
      if (this.transport.abortReason || error instanceof UserError) throw error;
      throw new LinesRefused(error instanceof Error ? error.message : String(error));
    }
  }
}

/** Status that the stub gave with a refusal, e.g. 0xC1 for a block that arrived damaged; undefined for silence. */
export function stubStatus(error: unknown): number | undefined {
  const status = error instanceof ESPError ? /status (\d+)/.exec(error.message)?.[1] : undefined;
  return status === undefined ? undefined : Number(status);
}

/** Whether nothing at all answered to SYNC. */
export const isSilent = (error: unknown): boolean =>
  error instanceof ESPError && /failed to connect/i.test(error.message);
