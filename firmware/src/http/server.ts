/** HTTP on the connection manager: one request at a time per connection, answered in order. */
import { answer, manager } from '../net/manager.ts';
import type { Connection, Protocol, Source } from '../net/connection.ts';
import { overlay } from '../runtime.ts';
import { parse, Parsed, request } from './request.ts';

/** Answers the request in `request` by `respond` or `refuse`. */
export type Handler = (this: void, connection: Connection) => void;

const enum Limit {
  /** Open connections from which on none is kept alive for another request. */
  KEEP = 3,
}

/** By path. */
export const handlers: Record<string, Handler | undefined> = {};
/** By path: the methods that it takes, separated by `, `. HEAD should be there when GET is. */
export const methods: Record<string, string | undefined> = {};

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
  const keep = manager.open <= Limit.KEEP && (word !== undefined) === (request.minor === 0);
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

/** HTTP as the connection manager sees it. */
export const http: Protocol = {
  receive,
  abandon: (connection, why) => {
    if (why === 'late') request.method = connection.input.match('^%u+')[0] ?? '';
    refuse(connection, why === 'late' ? 408 : 500);
  },
  busy: 'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
};
