/** The LEDs as they are: shared by the code that changes them and the code that tells about them. */

export type LedState = 'off' | 'on' | 'blink' | 'sequence';

/** As in the device file `leds.lua`. */
export interface LedSettings {
  name: string;
  pin: gpio.Pin;
  /** Lit by a low level, as the LEDs on NodeMCU boards are. */
  activeLow?: boolean;
}

/** What a line of `leds` says. */
export interface Led {
  state: LedState;
  /** Of blinking, in milliseconds. */
  period: number;
  /** Part of the period that it is lit, in per cent. */
  duty: number;
  /** Of a sequence: milliseconds lit, dark, lit, dark ..., separated by commas. */
  steps: string;
  pin: gpio.Pin;
  /** The level that lights it. */
  lit: gpio.Level;
  name: string;
}

interface Leds extends Array<string> {
  /** Runs from a change until it is written to flash. */
  writer?: tmr.Timer | undefined;
}

/** In the order of the settings, a line each (`line.ts`): a table each would take five times as much. */
export const leds: Leds = [];
