export interface LedSetting {
  name: string;
  pin: gpio.Pin;
}

interface Led extends LedSetting {
  state: string;
  period: number;
  lit: boolean;
  timer?: tmr.Timer | undefined;
}

const DEFAULT_PERIOD = 500;
const SHORTEST = 20;
const LONGEST = 60000;
const leds: Led[] = [];

function light(led: Led, lit: boolean): void {
  led.lit = lit;
  gpio.write(led.pin, lit ? gpio.HIGH : gpio.LOW);
}

function blink(led: Led): void {
  const timer = tmr.create();
  led.timer = timer;
  timer.alarm(led.period, tmr.ALARM_AUTO, () => light(led, !led.lit));
}

export function setUp(settings: LedSetting[]): void {
  for (const { name, pin } of settings) {
    const led: Led = { name, pin, state: 'off', period: DEFAULT_PERIOD, lit: false };
    gpio.mode(pin, gpio.OUTPUT);
    light(led, false);
    leds.push(led);
  }
}

function find(name: string | undefined): Led | undefined {
  for (const led of leds) if (led.name === name) return led;
  return undefined;
}

/** False when there is no such LED, state or period. */
export function change(name?: string, state?: string, period?: string): boolean {
  const led = find(name);
  const wanted = tonumber(period ?? '') ?? led?.period;
  if (led === undefined || wanted! < SHORTEST || wanted! > LONGEST) return false;
  if (state !== 'on' && state !== 'off' && state !== 'blink') return false;
  led.timer?.unregister();
  led.timer = undefined;
  led.state = state;
  led.period = wanted!;
  light(led, state !== 'off');
  if (state === 'blink') blink(led);
  print(`led ${led.name} ${state} ${led.period}`);
  return true;
}

export function describe(): string {
  const parts: string[] = [];
  for (const led of leds) {
    parts.push(`{"name":"${led.name}","state":"${led.state}","period":${led.period},"lit":${tostring(led.lit)}}`);
  }
  return `{"leds":[${parts.join(',')}]}`;
}
