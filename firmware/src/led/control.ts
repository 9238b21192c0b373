/** Sets LEDs up and changes what they show; loaded when that happens. */
import { type Led, leds, type LedSettings, type LedState } from './leds.ts';

function light(led: Led, lit: boolean): void {
  led.lit = lit;
  gpio.write(led.pin, lit === led.activeLow ? gpio.LOW : gpio.HIGH);
}

/** Milliseconds that a blinking LED stays as it is now. */
function dwell(led: Led): number {
  return math.max(1, math.floor((led.period * (led.lit ? led.duty : 100 - led.duty)) / 100));
}

function blink(led: Led): void {
  const timer = tmr.create();
  led.timer = timer;
  timer.register(dwell(led), tmr.ALARM_SEMI, () => {
    light(led, !led.lit);
    timer.interval(dwell(led));
    timer.start();
  });
  timer.start();
}

/** Makes a LED show `state`. `period` in ms and `duty` in per cent apply to blinking. */
export function show(led: Led, state: LedState, period: number, duty: number): void {
  led.timer?.unregister();
  led.timer = undefined;
  led.state = state;
  led.period = period;
  led.duty = duty;
  light(led, state !== 'off');
  if (state === 'blink') blink(led);
  print(state === 'blink' ? `led ${led.name} blink ${period} ms` : `led ${led.name} ${state}`);
}

/** Sets up the pins; every LED starts dark. */
export function setUp(settings: LedSettings[]): void {
  for (const { name, pin, activeLow } of settings) {
    const led: Led = { name, pin, activeLow: activeLow === true, state: 'off', lit: false, period: 1000, duty: 50 };
    leds.push(led);
    light(led, false);
    gpio.mode(pin, gpio.OUTPUT);
    light(led, false);
  }
}
