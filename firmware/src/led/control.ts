/** Sets the LEDs up; loaded at boot. */
import { overlay } from '../runtime.ts';
import { type Led, leds, type LedSettings } from './leds.ts';

const enum Limit {
  /** D12 is the last pin with a number. */
  PIN = 12,
}

function setUpOne(settings: LedSettings, before: Record<string, Led | undefined>): void {
  const { pin } = settings;
  const [name] = settings.name.gsub('[%c"\\]', '');
  const lit = settings.activeLow === true ? gpio.LOW : gpio.HIGH;
  const led: Led = before[name] ?? { state: 'off', period: 1000, duty: 50, steps: '', pin, lit, name };
  led.pin = pin;
  led.lit = lit;
  gpio.write(pin, (1 - lit) as gpio.Level);
  gpio.mode(pin, gpio.OUTPUT);
  overlay<typeof import('./show.ts')>($module('./show.ts')).show(leds.length, led);
}

/** Makes every LED show what it showed before the restart. What is no LED is named and left out. */
export function setUp(settings: LedSettings[]): void {
  const before = overlay<typeof import('./memory.ts')>($module('./memory.ts')).recall();
  for (const one of settings) {
    const isLed =
      type(one) === 'table' &&
      type(one.name) === 'string' &&
      type(one.pin) === 'number' &&
      one.pin >= 0 &&
      one.pin <= Limit.PIN;
    if (isLed) setUpOne(one, before);
    else print('led: leds.lua has an entry without a name and a pin');
  }
}
