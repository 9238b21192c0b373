/**
 * Humidity and temperature sensors DHT11 to DHT44. A reading blocks for up to 25 ms; leave two seconds between two.
 * @noSelf
 */
declare namespace dht {
  const OK: Status;
  const ERROR_CHECKSUM: Status;
  const ERROR_TIMEOUT: Status;

  interface Status {
    readonly status: unique symbol;
  }

  /**
   * What a sensor says: temperature in degrees Celsius and relative humidity in per cent, both with their fraction in
   * float builds. The last two are the fractions in thousandths, for integer builds.
   */
  type Reading = LuaMultiReturn<
    [status: Status, temperature: number, humidity: number, temperatureFraction: number, humidityFraction: number]
  >;

  /** Any sensor but the DHT12 and a DHT11 below zero; waits 18 ms for it to wake up. */
  function read(pin: gpio.InterruptPin): Reading;
  function read11(pin: gpio.InterruptPin): Reading;
  function read12(pin: gpio.InterruptPin): Reading;
  /** Any sensor but the DHT11 and DHT12; waits 1 ms. */
  function readxx(pin: gpio.InterruptPin): Reading;
}
