/**
 * The analogue input. The chip has one converter, which measures either its pin A0 or its own supply.
 * @noSelf
 */
declare namespace adc {
  const INIT_ADC: InitMode;
  const INIT_VDD33: InitMode;

  interface InitMode {
    readonly initMode: unique symbol;
  }

  /** A sample of the pin, 0 to 1023 (the pin takes 0 to 1 V); 65535 while the converter is set to the supply. */
  function read(channel: 0): number;
  /** Supply in millivolts; 65535 while the converter is set to the pin. */
  function readvdd33(): number;
  /** Chooses what is measured. True when it was set otherwise: then it takes effect after a restart. */
  function force_init_mode(mode: InitMode): boolean;
}
