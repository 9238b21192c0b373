/** Responses; loaded for each. */
import { At, type Connection, type Source, Tcp } from '../net/connection.ts';
import { answer, manager } from '../net/manager.ts';
import { Place } from '../net/state.ts';
import { overlay } from '../runtime.ts';
import type { Request } from './request.ts';

const enum Limit {
  /** Open connections from which on none is kept alive for another request. */
  KEEP = 3,
}

/**
 * Answers a request; a HEAD gets the same fields without the body.
 * @param status `200 OK` and the like
 * @param fields further field lines, each with its line end
 * @param length of the whole body in bytes, when `source` gives what follows `body`
 * @param isSteady the same HEAD gets the same answer until the board restarts
 */
export function respond(
  connection: Connection,
  request: Request,
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
  if (text.length <= Tcp.SEGMENT && (isHead || source === undefined)) {
    answer(connection, text);
    return;
  }
  const { stream } = overlay<typeof import('../net/stream.ts')>($module('../net/stream.ts'));
  stream(connection, text, isHead ? undefined : source);
}
