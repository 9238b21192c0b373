/** Changes what a LED shows; loaded when that happens. */
import { overlay } from '../runtime.ts';
import { type Led, leds } from './leds.ts';

/** Makes LED number `index` show what `led` says. */
export function show(index: number, led: Led): void {
  const { state, pin, lit, period } = led;
  const { loaded } = luaPackage;
  if (loaded[$module('./blink.ts')] !== undefined)
    (loaded[$module('./blink.ts')] as typeof import('./blink.ts')).stop(pin);
  gpio.write(pin, (state === 'off' ? 1 - lit : lit) as gpio.Level);
  leds[index] = overlay<typeof import('./line.ts')>($module('./line.ts')).lineOf(led);
  let tail = '';
  if (state === 'blink' || state === 'sequence') {
    const litFor = math.floor((period * led.duty) / 100);
    const steps = state === 'sequence' ? led.steps : `${litFor},${period - litFor}`;
    const blink =
      (loaded[$module('./blink.ts')] as typeof import('./blink.ts') | undefined) ??
      overlay<typeof import('./blink.ts')>($module('./blink.ts'));
    loaded[$module('./blink.ts')] = blink;
    blink.play(pin, lit, steps);
    if (state === 'blink') tail = ` ${period} ms`;
  }
  print(`led ${led.name} ${state}${tail}`);
}
