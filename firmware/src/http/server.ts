/** HTTP on the connection manager: one request at a time per connection, answered in order. */
import { At, type Connection, type Source, Tcp } from '../net/connection.ts';
import { answer, manager } from '../net/manager.ts';
import { Place } from '../net/state.ts';
import { routes } from '../routes.ts';
import { overlay } from '../runtime.ts';
import { parse, Parsed, request } from './request.ts';

/** Answers the request in `request` by `respond` or `refuse`. */
export type Handler = (this: void, connection: Connection) => void;

const enum Limit {
  /** Open connections from which on none is kept alive for another request. */
  KEEP = 3,
}

/** What the routes say of a path: the methods with a comma before and after, and the module. Nil for unknown paths. */
export function findRoute(path: string): LuaMultiReturn<(string | undefined)[]> {
  const [, end] = routes.find(`\n${path} `, 1, true);
  return routes.match('^(%S+) (%S+)\n', (end ?? routes.length) + 1);
}

/** Lets the module of a route answer; its code is on the heap only while it is needed. */
export function run(name: string, connection: Connection): void {
  collectgarbage();
  overlay<{ handle: Handler }>(name).handle(connection);
}

/**
 * Answers the current request; a HEAD gets the same fields without the body.
 * @param status `200 OK` and the like
 * @param fields further field lines, each with its line end
 * @param length of the whole body in bytes, when `source` gives what follows `body`
 * @param isSteady the same HEAD gets the same answer until the board restarts
 */
export function respond(
  connection: Connection,
  status: string,
  fields: string,
  body: string,
  source?: Source,
  length?: number,
  isSteady?: true,
): void {
  const isHead = request.method === 'HEAD';
  const [word] = request.fields.find(`\nconnection:[^\r\n]*${request.minor === 1 ? 'close' : 'keep%-alive'}`);
  const isKnown = isHead && isSteady === true && request.size === request.input.length;
  const keep = !isKnown && manager[Place.Open] <= Limit.KEEP && (word !== undefined) === (request.minor === 0);
  const text = `HTTP/1.1 ${status}\r\n${fields}Content-Length: ${length ?? body.length}\r\nConnection: ${keep ? 'keep-alive' : 'close'}\r\n\r\n${isHead ? '' : body}`;
  connection[At.Keep] = keep ? true : undefined;
  if (isKnown) {
    manager[Place.Known] = request.input;
    manager[Place.Reply] = text;
  }
  if (text.length <= Tcp.SEGMENT && (isHead || source === undefined)) answer(connection, text);
  else
    overlay<typeof import('../net/stream.ts')>($module('../net/stream.ts')).stream(
      connection,
      text,
      isHead ? undefined : source,
    );
}

/** For the connection manager. */
export function receive(this: void, connection: Connection, input: string): void {
  const status = parse(input);
  if (status !== Parsed.COMPLETE) {
    overlay<typeof import('./refusal.ts')>($module('./refusal.ts')).handleUnparsed(connection, input, status);
    return;
  }
  const { method, path, size } = request;
  if (input.length > size) connection[At.Input] = input.sub(size + 1);
  const [allow, name] = findRoute(path);
  if (allow !== undefined && allow.find(`,${method},`, 1, true)[0] !== undefined) run(name!, connection);
  else overlay<typeof import('./unrouted.ts')>($module('./unrouted.ts')).handleUnrouted(connection);
}

/** For the connection manager. */
export function abandon(this: void, connection: Connection, why: 'late' | 'error'): void {
  overlay<typeof import('./rarely.ts')>($module('./rarely.ts')).abandon(connection, why);
}

/** For the connection manager. */
export function leave(this: void): void {
  luaPackage.loaded[$module('./server.ts')] = undefined;
  // By its name: `$module` would make it a file of its own.
  luaPackage.loaded['http_request'] = undefined;
}
