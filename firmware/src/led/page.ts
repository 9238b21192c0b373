/** `GET /`: the page, compressed at build time, read from flash one segment at a time. */
import { At, type Connection, Tcp } from '../net/connection.ts';
import type { Request } from '../http/request.ts';
import { overlay } from '../runtime.ts';

const page = $asset('../../web/index.html');
const fields = `ETag: ${page.etag}\r\nCache-Control: no-cache\r\n`;
const contentFields = `Content-Type: ${page.type}\r\nContent-Encoding: ${page.encoding}\r\n${fields}`;

/** The file is opened for each part: at most four files may be open, and a client may leave in between. */
function read(this: void, connection: Connection): string | undefined {
  const text = file.open(page.name);
  if (text === undefined) return undefined;
  const position = connection[At.Position] ?? 0;
  text.seek('set', position);
  const part = text.read(Tcp.SEGMENT);
  text.close();
  connection[At.Position] = position + (part === undefined ? 0 : part.length);
  return part;
}

/** Answers GET and HEAD, 304 to a browser that has this version. */
export function handle(connection: Connection, request: Request): void {
  const [, wish] = request.fields.find('\nif-none-match:', 1, true);
  const isThere =
    wish !== undefined &&
    (request.fields.find(`^[^\r\n]*${page.etag}`, wish + 1)[0] ?? request.fields.find('^[ \t]*%*', wish + 1)[0]) !==
      undefined;
  const { respond } = overlay<typeof import('../http/respond.ts')>($module('../http/respond.ts'));
  if (isThere) respond(connection, request, '304 Not Modified', fields, '', undefined, page.size);
  else respond(connection, request, '200 OK', contentFields, '', read, page.size, true);
}
