/** `/api/leds`: loaded for each request and let go. */
import type { Connection } from '../net/connection.ts';
import { request } from '../http/request.ts';
import { respond } from '../http/server.ts';
import { overlay } from '../runtime.ts';
import type { Change } from './control.ts';
import { type Led, leds } from './leds.ts';

const enum Limit {
  /** Milliseconds of a blink period or a step. */
  SHORTEST = 20,
  LONGEST = 60000,
  STEPS = 16,
}

const { field } = overlay<typeof import('../http/fields.ts')>($module('../http/fields.ts'));

function describe(led: Led): string {
  const lit = (gpio.read(led.pin) === gpio.LOW) === led.activeLow;
  return `{"name":"${led.name}","pin":${led.pin},"state":"${led.state}","lit":${lit},"period":${led.period},"duty":${led.duty},"steps":[${led.steps === undefined ? '' : table.concat(led.steps, ',')}]}`;
}

function list(connection: Connection): void {
  const parts: string[] = [];
  for (const led of leds) parts.push(describe(led));
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

/** Milliseconds separated by commas; nil when it is not an even number of them, each in range. */
function readSteps(text: string): number[] | undefined {
  const steps: number[] = [];
  for (const [word] of text.gmatch('[^,%s]+')) {
    const step = whole(word, 0, Limit.SHORTEST, Limit.LONGEST);
    if (step === undefined || steps.length === Limit.STEPS) return undefined;
    steps.push(step);
  }
  return steps.length > 0 && steps.length % 2 === 0 ? steps : undefined;
}

/** What the body asks of `led`; nil when it does not make sense. */
function readChange(led: Led, body: string): Change | undefined {
  const word = field(body, 'state');
  const state = word === 'toggle' ? (led.state === 'off' ? 'on' : 'off') : word;
  if (state !== 'on' && state !== 'off' && state !== 'blink' && state !== 'sequence') return undefined;
  const period = whole(field(body, 'period'), led.period, 2 * Limit.SHORTEST, Limit.LONGEST);
  const duty = whole(field(body, 'duty'), led.duty, 1, 99);
  const text = field(body, 'steps');
  const steps = text === undefined ? led.steps : readSteps(text);
  if (period === undefined || duty === undefined) return undefined;
  if (steps === undefined && (text !== undefined || state === 'sequence')) return undefined;
  return { state: state, period, duty, steps };
}

function change(body: string): boolean {
  const name = field(body, 'name');
  for (const led of leds) {
    if (led.name === name) {
      const wish = readChange(led, body);
      if (wish === undefined) return false;
      collectgarbage();
      overlay<typeof import('./control.ts')>($module('./control.ts')).show(led, wish);
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
