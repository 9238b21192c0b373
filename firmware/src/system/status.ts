/** `/api/status`: what the board says of itself; loaded for each request and let go. */
import type { Connection } from '../net/connection.ts';
import { manager } from '../net/manager.ts';
import { Place } from '../net/state.ts';
import type { Request } from '../http/request.ts';
import { overlay } from '../runtime.ts';

/** Answers with JSON; garbage is collected first, so that `heap` means what is left. */
export function handle(connection: Connection, request: Request): void {
  collectgarbage();
  const heap = node.heap();
  const { names } = overlay<typeof import('../net/counter-names.ts')>($module('../net/counter-names.ts'));
  const parts: string[] = [];
  for (const index of $range(0, names.length - 1))
    parts.push(`"${names[index]!}":${manager[Place.Accepted + index] as number}`);
  const [receive, send] = overlay<typeof import('../net/sizing.ts')>($module('../net/sizing.ts')).windows(
    heap,
    manager[Place.Open],
  );
  const [ip] = wifi.sta.getip();
  const { respond } = overlay<typeof import('../http/respond.ts')>($module('../http/respond.ts'));
  respond(
    connection,
    request,
    '200 OK',
    'Content-Type: application/json\r\nCache-Control: no-store\r\n',
    `{"heap":${heap},"uptime":${tmr.time()},"ip":"${ip ?? ''}","rssi":${wifi.sta.getrssi() ?? 'null'},"connections":${manager[Place.Open]},"timeWait":${manager[Place.Kept]},"window":{"receive":${receive},"send":${send}},"counters":{${parts.join(',')}}}`,
  );
}
