/** The LEDs as they are: shared by the code that changes them and the code that tells about them. */

export type LedState = 'off' | 'on' | 'blink' | 'sequence';

/** As in the device file `leds.lua`. */
export interface LedSettings {
  name: string;
  pin: gpio.Pin;
  /** Lit by a low level, as the LEDs on NodeMCU boards are. */
  activeLow?: boolean;
}

export interface Led {
  readonly name: string;
  readonly pin: gpio.Pin;
  readonly activeLow: boolean;
  state: LedState;
  /** Of blinking, in milliseconds. */
  period: number;
  /** Part of the period that it is lit, in per cent. */
  duty: number;
  /** Of a sequence: milliseconds lit, dark, lit, dark ... */
  steps?: number[] | undefined;
  /** Runs while it blinks. */
  timer?: tmr.Timer | undefined;
}

/** In the order of the settings. */
export const leds: Led[] = [];

/** Runs from a change until it is written to flash. */
export const writer: { timer?: tmr.Timer | undefined } = {};
