/** HTTP on the connection manager: one request at a time per connection, answered in order. */
import { answer, manager } from '../net/manager.ts';
import type { Connection, Source } from '../net/connection.ts';
import { overlay } from '../runtime.ts';
import { parse, Parsed, request } from './request.ts';

/** Answers the request in `request` by `respond` or `refuse`. */
export type Handler = (this: void, connection: Connection) => void;

const enum Limit {
  /** Open connections from which on none is kept alive for another request. */
  KEEP = 3,
}

/** By path: a handler, or the name of a module whose `handle` is on the heap only while it runs. */
export const handlers: Record<string, Handler | string | undefined> = {};
/** By path: the methods that it takes, separated by commas. HEAD should be there when GET is. */
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
  connection.keep = keep ? true : undefined;
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
  if (input.length > size) connection.input = input.sub(size + 1);
  if (`,${methods[path] ?? ''},`.find(`,${method},`, 1, true)[0] === undefined) {
    overlay<typeof import('./unrouted.ts')>($module('./unrouted.ts')).handleUnrouted(connection);
    return;
  }
  let handler = handlers[path]!;
  if (type(handler) === 'string') handler = overlay<{ handle: Handler }>(handler as string).handle;
  (handler as Handler)(connection);
}
