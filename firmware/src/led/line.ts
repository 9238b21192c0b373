/** The lines that LEDs are kept in, on the heap and in flash. */
import type { Led, LedState } from './leds.ts';

export function lineOf({ state, period, duty, steps, pin, lit, name }: Led): string {
  return `${state} ${period} ${duty} ${steps} ${pin} ${lit} ${name}`;
}

/** Nil when the line is damaged. */
export function readLine(line: string): Led | undefined {
  const [state, period, duty, steps, pin, lit, name] = line.match('^(%l+) (%d+) (%d+) ([%d,]*) (%d+) ([01]) ([^\n]+)');
  if (name === undefined) return undefined;
  return {
    state: state as LedState,
    period: tonumber(period)!,
    duty: tonumber(duty)!,
    steps: steps!,
    pin: tonumber(pin) as gpio.Pin,
    lit: lit === '1' ? gpio.HIGH : gpio.LOW,
    name,
  };
}
