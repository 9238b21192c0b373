/** What a POST to `/api/leds` asks for; loaded for each. */
import { overlay } from '../runtime.ts';
import { type Led, leds } from './leds.ts';

const enum Limit {
  /** Milliseconds of a blink period or a step. */
  SHORTEST = 20,
  LONGEST = 60000,
  STEPS = 16,
}

const { field } = overlay<typeof import('../http/fields.ts')>($module('../http/fields.ts'));

/** The number in a field, `otherwise` when it is absent, nil when it is not a number in range. */
function whole(text: string | undefined, otherwise: number, least: number, most: number): number | undefined {
  if (text === undefined) return otherwise;
  const value = tonumber(text);
  return value !== undefined && value >= least && value <= most ? math.floor(value) : undefined;
}

/** Whether it is an even number of milliseconds separated by commas, each in range. */
function areSteps(text: string): boolean {
  let count = 0;
  for (const [word] of text.gmatch('[^,]+')) {
    if (word.find('^%d+$')[0] === undefined || whole(word, 0, Limit.SHORTEST, Limit.LONGEST) === undefined)
      return false;
    count++;
  }
  return count > 0 && count % 2 === 0 && count <= Limit.STEPS;
}

/** Changes `led` as the body asks: what it does not name stays as it is. False when it does not make sense. */
function apply(led: Led, body: string): boolean {
  const state = field(body, 'state');
  const period = whole(field(body, 'period'), led.period, 2 * Limit.SHORTEST, Limit.LONGEST);
  const duty = whole(field(body, 'duty'), led.duty, 1, 99);
  const list = field(body, 'steps');
  const [steps] = (list ?? led.steps).gsub('%s', '');
  if (period === undefined || duty === undefined || (list !== undefined && !areSteps(steps))) return false;
  led.period = period;
  led.duty = duty;
  led.steps = steps;
  if (state === 'toggle') led.state = led.state === 'off' ? 'on' : 'off';
  else if (state === 'on' || state === 'off' || state === 'blink' || state === 'sequence') led.state = state;
  else if (state !== undefined) return false;
  return led.state !== 'sequence' || steps !== '';
}

/** Which LED is to show what; nil when that does not make sense. */
export function readChange(body: string): LuaMultiReturn<[index: number, led: Led] | [undefined, undefined]> {
  const name = field(body, 'name');
  const { readLine } = overlay<typeof import('./line.ts')>($module('./line.ts'));
  for (const index of $range(0, leds.length - 1)) {
    const led = readLine(leds[index]!)!;
    if (led.name === name) {
      if (!apply(led, body)) break;
      return $multi(index, led);
    }
  }
  return $multi(undefined, undefined);
}
