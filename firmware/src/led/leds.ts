/** The LEDs: what they should show, and the timers that make them blink. */

export type LedState = 'off' | 'on' | 'blink';

/** As in the device file `leds.lua`. */
export interface LedSettings {
  name: string;
  pin: gpio.Pin;
  /** Lit by a low level, as the LEDs on NodeMCU boards are. */
  activeLow?: boolean;
}

export interface Led extends LedSettings {
  state: LedState;
  lit: boolean;
  /** Of blinking, in milliseconds. */
  period: number;
  /** Part of the period that it is lit, in per cent. */
  duty: number;
  timer?: tmr.Timer | undefined;
}

export const enum BlinkLimit {
  SHORTEST = 50,
  LONGEST = 60000,
}

/** In the order of the settings. */
export const leds: Led[] = [];

const byTimer: LuaTable<tmr.Timer, Led> = new LuaTable();

function light(led: Led, lit: boolean): void {
  led.lit = lit;
  gpio.write(led.pin, lit === (led.activeLow === true) ? gpio.LOW : gpio.HIGH);
}

function onBlink(this: void, timer: tmr.Timer): void {
  const led = byTimer.get(timer);
  if (led === undefined) return;
  light(led, !led.lit);
  const share = led.lit ? led.duty : 100 - led.duty;
  timer.interval(math.max(1, math.floor((led.period * share) / 100)));
  timer.start();
}

/** Makes a LED show `state`. `period` in ms and `duty` in per cent apply to blinking. */
export function show(led: Led, state: LedState, period: number, duty: number): void {
  const timer = led.timer;
  if (timer !== undefined) {
    timer.unregister();
    byTimer.delete(timer);
    led.timer = undefined;
  }
  led.state = state;
  led.period = period;
  led.duty = duty;
  light(led, state !== 'off');
  if (state === 'blink') {
    const blinker = tmr.create();
    led.timer = blinker;
    byTimer.set(blinker, led);
    blinker.register(math.max(1, math.floor((period * duty) / 100)), tmr.ALARM_SEMI, onBlink);
    blinker.start();
  }
  print(state === 'blink' ? `led ${led.name} blink ${period} ms` : `led ${led.name} ${state}`);
}

/** Sets up the pins; every LED starts dark. */
export function setUp(settings: LedSettings[]): void {
  for (const each of settings) {
    const led: Led = {
      name: each.name,
      pin: each.pin,
      activeLow: each.activeLow === true,
      state: 'off',
      lit: false,
      period: 1000,
      duty: 50,
    };
    leds.push(led);
    gpio.mode(led.pin, gpio.OUTPUT);
    light(led, false);
  }
}
