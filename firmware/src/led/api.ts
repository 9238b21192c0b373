/** `/api/leds`: loaded for each request and let go. */
import type { Connection } from '../net/connection.ts';
import { request } from '../http/request.ts';
import { respond } from '../http/server.ts';
import { overlay } from '../runtime.ts';
import { type Led, leds } from './leds.ts';

const enum Limit {
  /** Milliseconds of a blink period or a step. */
  SHORTEST = 20,
  LONGEST = 60000,
  STEPS = 16,
}

const { field } = overlay<typeof import('../http/fields.ts')>($module('../http/fields.ts'));
const { readLine } = overlay<typeof import('./line.ts')>($module('./line.ts'));

function describe({ name, pin, state, lit, period, duty, steps }: Led): string {
  return `{"name":"${name}","pin":${pin},"state":"${state}","lit":${gpio.read(pin) === lit},"period":${period},"duty":${duty},"steps":[${steps}]}`;
}

function list(connection: Connection): void {
  const parts: string[] = [];
  for (const line of leds) parts.push(describe(readLine(line)!));
  respond(
    connection,
    '200 OK',
    'Content-Type: application/json\r\nCache-Control: no-store\r\n',
    `{"leds":[${parts.join(',')}]}`,
  );
}

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

function change(body: string): boolean {
  const name = field(body, 'name');
  for (const index of $range(0, leds.length - 1)) {
    const led = readLine(leds[index]!)!;
    if (led.name === name) {
      if (!apply(led, body)) return false;
      collectgarbage();
      overlay<typeof import('./show.ts')>($module('./show.ts')).show(index, led);
      collectgarbage();
      overlay<typeof import('./memory.ts')>($module('./memory.ts')).rememberSoon();
      return true;
    }
  }
  return false;
}

/** Answers GET, HEAD and POST. */
export function handle(connection: Connection): void {
  if (request.method === 'POST' && !change(request.body)) {
    overlay<typeof import('../http/refusal.ts')>($module('../http/refusal.ts')).refuse(connection, 422);
  } else list(connection);
}
