/** HTTP on the connection manager: one request at a time per connection, answered in order. */
import { answer, manager } from '../net/manager.ts';
import { At, type Connection, type Source } from '../net/connection.ts';
import { overlay } from '../runtime.ts';
import { parse, Parsed, request } from './request.ts';

/** Answers the request in `request` by `respond` or `refuse`. */
export type Handler = (this: void, connection: Connection) => void;

const enum Limit {
  /** Open connections from which on none is kept alive for another request. */
  KEEP = 3,
}

/**
 * Lines of a path, the methods that it takes separated by commas, and the name of the module whose `handle` answers;
 * each begins and ends with a line end. HEAD should be there when GET is. One string takes less heap than a table.
 */
export const routes = { text: '\n' };

/** What the routes say of a path: the methods with a comma before and after, and the module. Nil for unknown paths. */
export function findRoute(path: string): LuaMultiReturn<(string | undefined)[]> {
  const [, end] = routes.text.find(`\n${path} `, 1, true);
  return routes.text.match('^(%S+) (%S+)\n', (end ?? routes.text.length) + 1);
}

/** The code of a route: what is loaded already, or else for this time only. */
export function run(name: string, connection: Connection): void {
  const module = luaPackage.loaded[name] ?? overlay(name);
  (module as { handle: Handler }).handle(connection);
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
  const keep = manager.open <= Limit.KEEP && (word !== undefined) === (request.minor === 0);
  const isHead = request.method === 'HEAD';
  connection[At.Keep] = keep ? true : undefined;
  answer(
    connection,
    `HTTP/1.1 ${status}\r\n${fields}Content-Length: ${length ?? body.length}\r\nConnection: ${keep ? 'keep-alive' : 'close'}\r\n\r\n${isHead ? '' : body}`,
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
