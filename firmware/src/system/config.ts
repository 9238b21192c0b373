/**
 * `/api/config`: changes the list of LEDs; loaded when that happens. It takes effect after a restart.
 *
 * Only with the token that the device file `token` holds (`Authorization: Bearer <token>`); without that file nobody
 * may change anything over the network.
 */
import type { Connection } from '../net/connection.ts';
import type { Request } from '../http/request.ts';
import { overlay } from '../runtime.ts';

const { refuse } = overlay<typeof import('../http/refusal.ts')>($module('../http/refusal.ts'));
const { field } = overlay<typeof import('../http/fields.ts')>($module('../http/fields.ts'));

const enum Limit {
  LEDS = 8,
  NAME = 16,
  /** D9 and up are the serial line and the flash chip. */
  PIN = 8,
  /** Milliseconds for the answer to leave. */
  RESTART = 2000,
}

function isAllowed(request: Request): boolean {
  const secret = file.open('token');
  if (secret === undefined) return false;
  const [token] = (secret.readline() ?? '').match('^%s*(.-)%s*$');
  secret.close();
  const [, name] = request.fields.find('\nauthorization:', 1, true);
  if (name === undefined || token === undefined || token === '') return false;
  return request.input.sub(request.start + name).match('^[ \t]*%a+[ \t]+([^\r\n]-)[ \t]*\r?\n')[0] === token;
}

/** The text of `leds.lua`; nil when the body is not a list of LEDs. */
function readLeds(body: string): string | undefined {
  const parts: string[] = [];
  for (const [match] of body.gmatch('{([^{}]*)}')) {
    const item = match ?? '';
    const name = field(item, 'name');
    const pin = tonumber(field(item, 'pin'));
    if (name === undefined || name.length > Limit.NAME || name.find('^[%w _-]+$')[0] === undefined) return undefined;
    if (pin === undefined || pin < 0 || pin > Limit.PIN || pin % 1 !== 0) return undefined;
    parts.push(`{name="${name}",pin=${pin},activeLow=${field(item, 'activeLow') === 'false' ? 'false' : 'true'}}`);
  }
  return parts.length > 0 && parts.length <= Limit.LEDS ? `return {${parts.join(',')}}\n` : undefined;
}

/** Answers PUT and POST of `[{"name": "red", "pin": 5, "activeLow": false}, ...]`. */
export function handle(connection: Connection, request: Request): void {
  if (!isAllowed(request)) {
    refuse(connection, request.method, 401, 'WWW-Authenticate: Bearer\r\n');
    return;
  }
  const text = readLeds(request.body);
  const target = text === undefined ? undefined : file.open('leds.lua', 'w');
  if (text === undefined || target === undefined) {
    refuse(connection, request.method, 422);
    return;
  }
  target.write(text);
  target.close();
  const { respond } = overlay<typeof import('../http/respond.ts')>($module('../http/respond.ts'));
  respond(connection, request, '200 OK', 'Content-Type: text/plain\r\n', 'restarting\n');
  tmr.create().alarm(Limit.RESTART, tmr.ALARM_SINGLE, () => node.restart());
}
