/**
 * Pins, by the numbers printed on the board (`D4` is 4), not by those of the chip (GPIO2).
 * @noSelf
 */
declare namespace gpio {
  /** D0 is GPIO16: no interrupt, no pull-up, no open drain. D3 (GPIO0) and D8 (GPIO15) decide how the chip boots. */
  type Pin = 0 | InterruptPin;
  type InterruptPin = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12;
  type Level = 0 | 1;

  const LOW: 0;
  const HIGH: 1;
  const INPUT: PinMode;
  const OUTPUT: PinMode;
  const OPENDRAIN: PinMode;
  const INT: PinMode;
  const FLOAT: PullMode;
  const PULLUP: PullMode;

  interface PinMode {
    readonly pinMode: unique symbol;
  }
  interface PullMode {
    readonly pullMode: unique symbol;
  }

  /** Sets the direction of a pin, and optionally its pull-up (default FLOAT). */
  function mode(pin: Pin, mode: PinMode, pull?: PullMode): void;
  function read(pin: Pin): Level;
  function write(pin: Pin, level: Level): void;

  /**
   * Calls `changed` on interrupts of a pin that is in mode INT; without arguments after `pin` it stops. `when` is the
   * time of the edge in microseconds, `count` how many edges came since the last call.
   */
  function trig(
    pin: InterruptPin,
    type?: 'up' | 'down' | 'both' | 'low' | 'high',
    changed?: (this: void, level: Level, when: number, count: number) => void,
  ): void;

  /**
   * Writes levels with microsecond timing. Without `done` it blocks; with a function (or 1) it runs in the background.
   * @param start the first level
   * @param delays microseconds before each change; one number alternates for ever `cycles` times
   */
  function serout(
    pin: Pin,
    start: Level,
    delays: number | number[],
    cycles?: number,
    done?: 1 | ((this: void) => void),
  ): void;
}
