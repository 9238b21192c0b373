/** What the chip's converters measure: models that the board's owner may replace. */
export interface Sensors {
  /** The analogue input, 0 to 1024. */
  analog: () => number;
  /** The supply in millivolts. */
  supplyMillivolts: () => number;
}

/** Nothing connected to the analogue input, and a good supply. */
export const defaultSensors: Sensors = { analog: () => 0, supplyMillivolts: () => 3300 };

/** The converter measures either its pin or the supply; a change needs a reboot. */
export interface AdcMode {
  vdd: boolean;
  vddAtNextBoot: boolean;
}
