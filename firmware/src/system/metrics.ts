/** `/metrics`: the same figures for Prometheus; loaded for each request and let go. */
import type { Connection } from '../net/connection.ts';
import { overlay } from '../runtime.ts';
import { manager } from '../net/manager.ts';
import { Place } from '../net/state.ts';
import type { Request } from '../http/request.ts';

/** Answers in the text format, version 0.0.4. */
export function handle(connection: Connection, request: Request): void {
  collectgarbage();
  const lines = [
    `last_ack_heap_bytes ${node.heap()}`,
    `last_ack_uptime_seconds ${tmr.time()}`,
    `last_ack_connections ${manager[Place.Open]}`,
    `last_ack_kept_sockets ${manager[Place.Kept]}`,
  ];
  const { names } = overlay<typeof import('../net/counter-names.ts')>($module('../net/counter-names.ts'));
  for (const index of $range(0, names.length - 1))
    lines.push(`last_ack_${names[index]!}_total ${manager[Place.Accepted + index] as number}`);
  const { respond } = overlay<typeof import('../http/respond.ts')>($module('../http/respond.ts'));
  respond(connection, request, '200 OK', 'Content-Type: text/plain; version=0.0.4\r\n', `${lines.join('\n')}\n`);
}
