import type { FlashChip } from './flash-chip.ts';

const CHIP_MAGIC = { address: 0x40001000, value: 0xfff0c101 };
const EFUSE_BASE = 0x3ff00050;
const UART_CLKDIV = 0x60000014;
/** Twice the 26 MHz crystal; the divider for a rate is this divided by it. */
const UART_CLOCK = 52_000_000;

const SPI_BASE = 0x60000200;
const SPI_CMD = SPI_BASE;
const SPI_USER = SPI_BASE + 0x1c;
const SPI_USER1 = SPI_BASE + 0x20;
const SPI_USER2 = SPI_BASE + 0x24;
const SPI_W0 = SPI_BASE + 0x40;
const SPI_CMD_USR = 1 << 18;
const SPI_USER_MISO = 1 << 28;
const FLASH_READ_ID = 0x9f;

export type MacAddress = readonly [number, number, number, number, number, number];

export interface RegistersOptions {
  flash: FlashChip;
  mac: MacAddress;
  baudRate: () => number;
}

/**
 * The few registers that a flasher reads and writes: chip magic, MAC in the efuses, the UART's divider, and the SPI
 * controller, which runs a command only with the lengths that were set (ESP8266 Technical Reference, SPI).
 */
export class Registers {
  readonly #options: RegistersOptions;
  readonly #values = new Map<number, number>();

  constructor(options: RegistersOptions) {
    this.#options = options;
    const [, , , high, middle, low] = options.mac;
    const oui = (options.mac[0] << 16) | (options.mac[1] << 8) | options.mac[2];
    this.#values.set(CHIP_MAGIC.address, CHIP_MAGIC.value);
    this.#values.set(EFUSE_BASE, low << 24);
    this.#values.set(EFUSE_BASE + 4, (high << 8) | middle);
    this.#values.set(EFUSE_BASE + 12, oui);
  }

  read(address: number): number {
    if (address === UART_CLKDIV) return Math.round(UART_CLOCK / this.#options.baudRate());
    return (this.#values.get(address) ?? 0) >>> 0;
  }

  write(address: number, value: number, mask: number): void {
    const merged = (this.read(address) & ~mask) | (value & mask);
    if (address === SPI_CMD && merged & SPI_CMD_USR) this.#runSpiCommand();
    else this.#values.set(address, merged);
  }

  #runSpiCommand(): void {
    if (!(this.read(SPI_USER) & SPI_USER_MISO)) return;
    const bits = ((this.read(SPI_USER1) >> 8) & 0x1ff) + 1;
    const command = this.read(SPI_USER2) & 0xff;
    const answer = command === FLASH_READ_ID ? this.#options.flash.jedecId : 0;
    this.#values.set(SPI_W0, bits >= 32 ? answer : answer & ((1 << bits) - 1));
  }
}
