/** HTTP on the connection manager: one request at a time per connection, answered in order. */
import { answer, openConnections, serve } from '../net/manager.ts';
import type { Connection, Protocol, Source } from '../net/connection.ts';
import { COMPLETE, INCOMPLETE, parse, request } from './request.ts';

/** Answers the request in `request` by `respond` or `refuse`. */
export type Handler = (this: void, connection: Connection) => void;

interface Route {
  /** As in the Allow field. */
  readonly allow: string;
  readonly handle: Handler;
}

const enum Limit {
  /** Open connections from which on none is kept alive for another request. */
  KEEP = 3,
}

const routes: Record<string, Route | undefined> = {};

/** Serves a path. `allow` names the methods, separated by `, `; HEAD should be there when GET is. */
export function route(path: string, allow: string, handle: Handler): void {
  routes[path] = { allow, handle };
}

function mayKeep(): boolean {
  if (openConnections() > Limit.KEEP) return false;
  const wish = request.fields['connection']?.lower() ?? '';
  const [word] = wish.find(request.minor === 1 ? 'close' : 'keep-alive', 1, true);
  return (word !== undefined) === (request.minor === 0);
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
  const keep = mayKeep();
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
  const refusals = require<typeof import('./refusal.ts')>($module('./refusal.ts'));
  luaPackage.loaded[$module('./refusal.ts')] = undefined;
  answer(connection, refusals.refusal(status, fields, request.method === 'HEAD'), false);
}

function dispatch(connection: Connection): void {
  const found = routes[request.path];
  if (found === undefined) refuse(connection, 404);
  else if (`, ${found.allow},`.find(`, ${request.method},`, 1, true)[0] !== undefined) found.handle(connection);
  else refuse(connection, 405, `Allow: ${found.allow}\r\n`);
}

function receive(this: void, connection: Connection): void {
  const status = parse(connection.input);
  if (status === INCOMPLETE) return;
  if (status !== COMPLETE) {
    refuse(connection, status);
    return;
  }
  connection.input = connection.input.sub(request.size + 1);
  dispatch(connection);
}

function expire(this: void, connection: Connection): void {
  refuse(connection, 408);
}

function fail(this: void, connection: Connection): void {
  refuse(connection, 500);
}

const protocol: Protocol = {
  receive,
  expire,
  fail,
  busy: 'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
};

/** Serves the routes on a port. */
export function listen(port: number): void {
  serve(port, protocol);
}
