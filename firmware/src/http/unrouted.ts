/** Requests that no route takes as they stand; loaded when there is one. */
import type { Connection } from '../net/connection.ts';
import { request } from './request.ts';
import { overlay } from '../runtime.ts';
import { findRoute, respond, run } from './server.ts';

const { refuse } = overlay<typeof import('./refusal.ts')>($module('./refusal.ts'));

const KNOWN = ' GET HEAD POST PUT DELETE PATCH OPTIONS TRACE CONNECT ';

/** The path without a scheme and host, and with escapes undone. Nil when an escape is broken. */
function normalise(path: string): string | undefined {
  const [, originEnd] = path.find('^[Hh][Tt][Tt][Pp]://[^/]*');
  let plain = path.sub((originEnd ?? 0) + 1);
  if (plain === '') plain = '/';
  if (
    plain.find('%%%X')[0] !== undefined ||
    plain.find('%%%x%X')[0] !== undefined ||
    plain.find('%%%x?$')[0] !== undefined
  ) {
    return undefined;
  }
  const [text] = plain.gsub('%%(%x%x)', (digits) => string.char(tonumber(digits, 16)!));
  return text;
}

/** Finds the route after all, tells what it allows, or refuses: 400, 404, 405, 501. */
export function handleUnrouted(connection: Connection): void {
  const method = request.method;
  if (KNOWN.find(` ${method} `, 1, true)[0] === undefined) {
    refuse(connection, 501);
    return;
  }
  const path = normalise(request.path);
  if (path === undefined) {
    refuse(connection, 400);
    return;
  }
  const [allow, name] = findRoute(path);
  const fields = `Allow: ${allow === undefined ? 'GET,HEAD' : allow.sub(2, -2)},OPTIONS\r\n`;
  if (method === 'OPTIONS' && (allow !== undefined || path === '*')) respond(connection, '200 OK', fields, '');
  else if (allow === undefined) refuse(connection, 404);
  else if (allow.find(`,${method},`, 1, true)[0] === undefined) refuse(connection, 405, fields);
  else {
    request.path = path;
    run(name!, connection);
  }
}
