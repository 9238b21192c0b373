/** HTTP on the connection manager: one request at a time per connection, answered in order. */
import { At, type Connection } from '../net/connection.ts';
import { manager } from '../net/manager.ts';
import { Place } from '../net/state.ts';
import { overlay } from '../runtime.ts';
import { parse } from './parse.ts';
import { type Handler, Parsed, type Request } from './request.ts';

const enum Heap {
  /** Bytes that the module of a route, all that it loads and its answer may take. */
  HANDLER = 16384,
}

/** For the connection manager. */
export function abandon(this: void, connection: Connection, why: 'late' | 'error'): void {
  overlay<typeof import('./rarely.ts')>($module('./rarely.ts')).abandon(connection, why);
}

/** For the connection manager. Calls are tail calls: what has been done may be collected while the next module works. */
export function receive(this: void, connection: Connection, input: string): void {
  const request: Request = { method: '', path: '', body: '', minor: 1, fields: '\n', input, start: 1, size: 0 };
  const status = parse(input, request);
  if (status !== Parsed.COMPLETE) {
    const { handleUnparsed } = overlay<typeof import('./refusal.ts')>($module('./refusal.ts'));
    return handleUnparsed(connection, request, status);
  }
  const { method, path, size } = request;
  if (input.length > size) connection[At.Input] = input.sub(size + 1);
  const [allow, name] = overlay<typeof import('../routes.ts')>($module('../routes.ts')).findRoute(path);
  if (allow === undefined || allow.find(`,${method},`, 1, true)[0] === undefined) {
    const { handleUnrouted } = overlay<typeof import('./unrouted.ts')>($module('./unrouted.ts'));
    return handleUnrouted(connection, request);
  }
  if (node.heap() < Heap.HANDLER) collectgarbage();
  if (node.heap() < Heap.HANDLER) manager[Place.Speaker] = undefined;
  const { handle } = overlay<{ handle: Handler }>(name!);
  return handle(connection, request);
}
