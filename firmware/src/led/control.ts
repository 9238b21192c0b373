/** Sets LEDs up and changes what they show; loaded when that happens. */
import { overlay } from '../runtime.ts';
import { type Led, leds, type LedSettings, type LedState } from './leds.ts';

/** What a LED is to show; what is absent stays as it is. */
export interface Change {
  state: LedState;
  period?: number | undefined;
  duty?: number | undefined;
  steps?: number[] | undefined;
}

function light(led: Led, lit: boolean): void {
  gpio.write(led.pin, lit === led.activeLow ? gpio.LOW : gpio.HIGH);
}

/** Goes through `steps` for ever: milliseconds lit, dark, lit, dark ... */
function repeat(led: Led, steps: number[]): void {
  const timer = tmr.create();
  let step = 0;
  led.timer = timer;
  timer.register(math.max(1, steps[0]!), tmr.ALARM_SEMI, () => {
    step = (step + 1) % steps.length;
    light(led, step % 2 === 0);
    timer.interval(math.max(1, steps[step]!));
    timer.start();
  });
  timer.start();
}

/** Makes a LED show something, and forgets what it showed. */
export function show(led: Led, change: Change): void {
  led.timer?.unregister();
  led.timer = undefined;
  const { state } = change;
  led.state = state;
  led.period = change.period ?? led.period;
  led.duty = change.duty ?? led.duty;
  if (change.steps !== undefined) led.steps = change.steps;
  light(led, state !== 'off');
  if (state === 'blink') {
    const litFor = math.floor((led.period * led.duty) / 100);
    repeat(led, [litFor, led.period - litFor]);
    print(`led ${led.name} blink ${led.period} ms`);
    return;
  }
  if (state === 'sequence') repeat(led, led.steps!);
  print(`led ${led.name} ${state}`);
}

/** Sets up the pins, and makes every LED show what it showed before the restart. */
export function setUp(settings: LedSettings[]): void {
  const before = overlay<typeof import('./memory.ts')>($module('./memory.ts')).recall();
  for (const { name, pin, activeLow } of settings) {
    const [plain] = name.gsub('[%c"\\]', '');
    const led: Led = {
      name: plain,
      pin,
      activeLow: activeLow === true,
      state: 'off',
      period: 1000,
      duty: 50,
    };
    leds.push(led);
    light(led, false);
    gpio.mode(pin, gpio.OUTPUT);
    show(led, before[plain] ?? { state: 'off' });
  }
}
