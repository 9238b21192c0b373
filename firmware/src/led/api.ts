/** `/api/leds`: loaded for each request and let go. */
import type { Request } from '../http/request.ts';
import type { Connection } from '../net/connection.ts';
import { overlay } from '../runtime.ts';
import { type Led, leds } from './leds.ts';

function describe({ name, pin, state, lit, period, duty, steps }: Led): string {
  return `{"name":"${name}","pin":${pin},"state":"${state}","lit":${gpio.read(pin) === lit},"period":${period},"duty":${duty},"steps":[${steps}]}`;
}

function change(body: string): boolean {
  const [index, led] = overlay<typeof import('./change.ts')>($module('./change.ts')).readChange(body);
  if (index === undefined) return false;
  collectgarbage();
  overlay<typeof import('./show.ts')>($module('./show.ts')).show(index, led);
  collectgarbage();
  overlay<typeof import('./memory.ts')>($module('./memory.ts')).rememberSoon();
  return true;
}

/** Answers GET, HEAD and POST. */
export function handle(connection: Connection, request: Request): void {
  const { method } = request;
  if (method === 'POST' && !change(request.body)) {
    const { refuse } = overlay<typeof import('../http/refusal.ts')>($module('../http/refusal.ts'));
    return refuse(connection, method, 422);
  }
  collectgarbage();
  const { readLine } = overlay<typeof import('./line.ts')>($module('./line.ts'));
  const parts: string[] = [];
  for (const line of leds) parts.push(describe(readLine(line)!));
  const { respond } = overlay<typeof import('../http/respond.ts')>($module('../http/respond.ts'));
  return respond(
    connection,
    request,
    '200 OK',
    'Content-Type: application/json\r\nCache-Control: no-store\r\n',
    `{"leds":[${parts.join(',')}]}`,
  );
}
