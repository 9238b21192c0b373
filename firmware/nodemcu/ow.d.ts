/**
 * The 1-Wire bus, bit by bit on any pin but D0. `search` and the checksums can be left out of a firmware image.
 * @noSelf
 */
declare namespace ow {
  type Pin = gpio.InterruptPin;

  function setup(pin: Pin): void;
  /** 1 when a device answers with a presence pulse, 0 when none does or the wire is held low. */
  function reset(pin: Pin): 0 | 1;
  /** Addresses all devices at once. */
  function skip(pin: Pin): void;
  /** Addresses one device by its 8-byte code; after a `reset`. */
  function select(pin: Pin, rom: string): void;
  /** Sends a byte; with `power` 1 the wire stays high afterwards, for devices that live on it. */
  function write(pin: Pin, byte: number, power?: 0 | 1): void;
  function write_bytes(pin: Pin, bytes: string, power?: 0 | 1): void;
  function read(pin: Pin): number;
  /** At most 256 bytes. */
  function read_bytes(pin: Pin, count: number): string;
  /** Ends what `power` began. */
  function depower(pin: Pin): void;

  function reset_search(pin: Pin): void;
  /** Makes the next `search` begin with devices of a family. */
  function target_search(pin: Pin, family: number): void;
  /** The code of the next device, 8 bytes, or nil; with 1 only devices in alarm. */
  function search(pin: Pin, alarms?: 0 | 1): string | undefined;

  function crc8(bytes: string): number;
  function crc16(bytes: string, start?: number): number;
  /** Compares with the two inverted bytes that a device sent. */
  function check_crc16(bytes: string, low: number, high: number, start?: number): boolean;

  /** Microseconds of each part of the protocol; undefined leaves a value as it is. */
  function set_timings(
    resetLow?: number,
    resetWait?: number,
    resetRest?: number,
    oneLow?: number,
    oneHigh?: number,
    zeroLow?: number,
    zeroHigh?: number,
    readLow?: number,
    readWait?: number,
    readRest?: number,
  ): void;
}
