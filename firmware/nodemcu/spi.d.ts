/**
 * SPI as a master. Bus 1 (HSPI) is CLK D5, MISO D6, MOSI D7, CS D8; bus 0 belongs to the flash chip on nearly every
 * board.
 * @noSelf
 */
declare namespace spi {
  type Bus = 0 | 1;

  const MASTER: Mode;
  /** Not supported by the firmware so far. */
  const SLAVE: Mode;
  const CPOL_LOW: Polarity;
  const CPOL_HIGH: Polarity;
  const CPHA_LOW: Phase;
  const CPHA_HIGH: Phase;
  const DATABITS_8: 8;
  const HALFDUPLEX: Duplex;
  const FULLDUPLEX: Duplex;

  interface Mode {
    readonly mode: unique symbol;
  }
  interface Polarity {
    readonly polarity: unique symbol;
  }
  interface Phase {
    readonly phase: unique symbol;
  }
  interface Duplex {
    readonly duplex: unique symbol;
  }

  /**
   * @param bits of each item, 1 to 32
   * @param divider the clock is 80 MHz divided by this; 0 means 8
   * @param duplex default HALFDUPLEX
   */
  function setup(
    bus: Bus,
    mode: Mode,
    polarity: Polarity,
    phase: Phase,
    bits: number,
    divider: number,
    duplex?: Duplex,
  ): 1;
  /** Sends items; returns how many, and in full duplex what came back, each in the form in which it was given. */
  function send<T extends (number | string | number[])[]>(bus: Bus, ...data: T): LuaMultiReturn<[count: number, ...T]>;
  /** Receives items while sending `filler` (default all ones). */
  function recv(bus: Bus, count: number, filler?: number): string;
  /** Returns the divider that was set before. */
  function set_clock_div(bus: Bus, divider: number): number;

  /** Puts a string, or items of `bits` bits from bit `offset` on, into the send buffer of 64 bytes. */
  function set_mosi(bus: Bus, data: string): void;
  function set_mosi(bus: Bus, offset: number, bits: number, ...data: number[]): void;
  /** Takes bytes, or items of `bits` bits from bit `offset` on, from the receive buffer. */
  function get_miso(bus: Bus, count: number): string;
  function get_miso(bus: Bus, offset: number, bits: number, count: number): LuaMultiReturn<number[]>;
  /** One transaction of up to five phases, each with its length in bits; a negative `misoBits` means full duplex. */
  function transaction(
    bus: Bus,
    commandBits: number,
    command: number,
    addressBits: number,
    address: number,
    mosiBits: number,
    dummyBits: number,
    misoBits: number,
  ): void;
}
