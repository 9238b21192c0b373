/** Requests that no route takes as they stand; loaded when there is one. */
import type { Connection } from '../net/connection.ts';
import { overlay } from '../runtime.ts';
import type { Handler, Request } from './request.ts';

const KNOWN = ' GET HEAD POST PUT DELETE PATCH OPTIONS TRACE CONNECT ';

/** The path without a scheme and host, and with escapes undone. Nil when an escape is broken or it is no path of ours. */
function normalise(path: string): string | undefined {
  const [, originEnd] = path.find('^[Hh][Tt][Tt][Pp]://[^/]*');
  let plain = path.sub((originEnd ?? 0) + 1);
  if (plain === '') plain = '/';
  if (
    plain.find('^[/*]')[0] === undefined ||
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
export function handleUnrouted(connection: Connection, request: Request): void {
  const { method } = request;
  const path = normalise(request.path);
  const [allow, name] = overlay<typeof import('../routes.ts')>($module('../routes.ts')).findRoute(path ?? '');
  const fields = `Allow: ${allow === undefined ? 'GET,HEAD' : allow.sub(2, -2)},OPTIONS\r\n`;
  let status = 405;
  if (KNOWN.find(` ${method} `, 1, true)[0] === undefined) status = 501;
  else if (path === undefined) status = 400;
  else if (method === 'OPTIONS' && (allow !== undefined || path === '*')) {
    const { respond } = overlay<typeof import('./respond.ts')>($module('./respond.ts'));
    return respond(connection, request, '200 OK', fields, '');
  } else if (allow === undefined) status = 404;
  else if (allow.find(`,${method},`, 1, true)[0] !== undefined) {
    request.path = path;
    const { handle } = overlay<{ handle: Handler }>(name!);
    return handle(connection, request);
  }
  const { refuse } = overlay<typeof import('./refusal.ts')>($module('./refusal.ts'));
  refuse(connection, method, status, status === 405 ? fields : '');
}
