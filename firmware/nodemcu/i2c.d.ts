/**
 * I2C as a master, in software, on any two pins with pull-ups; up to ten buses.
 * @noSelf
 */
declare namespace i2c {
  type Bus = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

  /** 100 kHz, 400 kHz and 1 MHz. */
  const SLOW: number;
  const FAST: number;
  const FASTPLUS: number;
  const TRANSMITTER: Direction;
  const RECEIVER: Direction;

  interface Direction {
    readonly direction: unique symbol;
  }

  /**
   * Assigns pins to a bus; to be called before anything else.
   * @param speed in Hz, 25000 to 1000000
   * @returns the speed that was set
   */
  function setup(bus: Bus, sda: gpio.Pin, scl: gpio.Pin, speed: number): number;
  function start(bus: Bus): void;
  function stop(bus: Bus): void;
  /** Calls a device by its 7-bit address. False when none acknowledges. */
  function address(bus: Bus, device: number, direction: Direction): boolean;
  /** Sends bytes, strings or lists of bytes. Returns how many bytes were acknowledged. */
  function write(bus: Bus, ...data: (number | string | number[])[]): number;
  function read(bus: Bus, length: number): string;
}
