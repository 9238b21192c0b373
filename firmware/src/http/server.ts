/** HTTP on the connection manager: one request at a time per connection, answered in order. */
import { answer, load, serve } from '../net/manager.ts';
import type { Connection, Source } from '../net/connection.ts';
import { overlay } from '../runtime.ts';
import { parse, Parsed, request } from './request.ts';

/** Answers the request in `request` by `respond` or `refuse`. */
export type Handler = (this: void, connection: Connection) => void;

const enum Limit {
  /** Open connections from which on none is kept alive for another request. */
  KEEP = 3,
}

/** By path. */
const handlers: Record<string, Handler | undefined> = {};
/** By path, as in the Allow field. */
const methods: Record<string, string | undefined> = {};

export { handlers, methods };

/** Serves a path. `allow` names the methods, separated by `, `; HEAD should be there when GET is. */
export function route(path: string, allow: string, handle: Handler): void {
  handlers[path] = handle;
  methods[path] = allow;
}

/**
 * Answers the current request; a HEAD gets the same fields without the body.
 * @param status `200 OK` and the like
 * @param fields further field lines, each with its line end
 * @param length of the whole body in bytes, when `source` gives what follows `body`
 */
export function respond(
  connection: Connection,
  status: string,
  fields: string,
  body: string,
  source?: Source,
  length?: number,
): void {
  const wish = request.fields['connection']?.lower() ?? '';
  const [word] = wish.find(request.minor === 1 ? 'close' : 'keep-alive', 1, true);
  const keep = load()[0] <= Limit.KEEP && (word !== undefined) === (request.minor === 0);
  const isHead = request.method === 'HEAD';
  answer(
    connection,
    `HTTP/1.1 ${status}\r\n${fields}Content-Length: ${length ?? body.length}\r\nConnection: ${keep ? 'keep-alive' : 'close'}\r\n\r\n${isHead ? '' : body}`,
    keep,
    isHead ? undefined : source,
  );
}

/** Refuses a request and closes: what follows on the connection may be anything. */
export function refuse(connection: Connection, status: number, fields = ''): void {
  connection.input = '';
  const { refusal } = overlay<typeof import('./refusal.ts')>($module('./refusal.ts'));
  answer(connection, refusal(status, fields, request.method === 'HEAD'), false);
}

function receive(this: void, connection: Connection): void {
  const status = parse(connection.input);
  if (status === Parsed.INCOMPLETE) return;
  if (status === Parsed.CONTINUE) {
    overlay<typeof import('../net/interim.ts')>($module('../net/interim.ts')).interject(
      connection,
      'HTTP/1.1 100 Continue\r\n\r\n',
    );
    return;
  }
  if (status !== Parsed.COMPLETE) {
    refuse(connection, status);
    return;
  }
  connection.input = connection.input.sub(request.size + 1);
  const path = request.path;
  const handle = handlers[path];
  if (handle !== undefined && `, ${methods[path]!},`.find(`, ${request.method},`, 1, true)[0] !== undefined) {
    handle(connection);
  } else {
    overlay<typeof import('./unrouted.ts')>($module('./unrouted.ts')).handle(connection);
  }
}

/** Serves the routes on a port. */
export function listen(port: number): void {
  serve(port, {
    receive,
    abandon: (connection, why) => {
      if (why === 'late') request.method = connection.input.match('^%u+')[0] ?? '';
      refuse(connection, why === 'late' ? 408 : 500);
    },
    busy: 'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
  });
}
