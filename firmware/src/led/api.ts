/** `/api/leds`: loaded for each request and let go. */
import type { Connection } from '../net/connection.ts';
import { request } from '../http/request.ts';
import { refuse, respond } from '../http/server.ts';
import { overlay } from '../runtime.ts';
import { type Led, leds } from './leds.ts';

/** Of a blink period, in milliseconds. */
const enum Period {
  SHORTEST = 50,
  LONGEST = 60000,
}

/** The value of a field in a flat JSON object or a form. */
function field(body: string, name: string): string | undefined {
  const [quoted] = body.match(`"${name}"%s*:%s*"([^"\\]*)"`);
  if (quoted !== undefined) return quoted;
  const [bare] = body.match(`"${name}"%s*:%s*([%w.+-]+)`);
  if (bare !== undefined) return bare;
  const [formed] = `&${body}`.match(`&${name}=([^&]*)`);
  return formed;
}

function describe(led: Led): string {
  return `{"name":"${led.name}","pin":${led.pin},"state":"${led.state}","lit":${led.lit},"period":${led.period},"duty":${led.duty}}`;
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

function whole(text: string | undefined, otherwise: number, least: number, most: number): number | undefined {
  if (text === undefined) return otherwise;
  const value = tonumber(text);
  return value !== undefined && value >= least && value <= most ? math.floor(value) : undefined;
}

/** Sets one LED. False when the body does not say how. */
function change(body: string): boolean {
  const name = field(body, 'name');
  const state = field(body, 'state');
  if (state !== 'on' && state !== 'off' && state !== 'blink') return false;
  for (const led of leds) {
    if (led.name === name) {
      const period = whole(field(body, 'period'), led.period, Period.SHORTEST, Period.LONGEST);
      const duty = whole(field(body, 'duty'), led.duty, 1, 99);
      if (period === undefined || duty === undefined) return false;
      overlay<typeof import('./control.ts')>($module('./control.ts')).show(led, state, period, duty);
      return true;
    }
  }
  return false;
}

/** Answers GET, HEAD and POST. */
export function handle(connection: Connection): void {
  if (request.method === 'POST' && !change(request.body)) refuse(connection, 422);
  else list(connection);
}
