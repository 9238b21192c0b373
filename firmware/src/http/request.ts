/** HTTP/1.x requests: RFC 9112, and RFC 9110 for the status of what is refused. */
import { overlay } from '../runtime.ts';

const enum Limit {
  /** Bytes of the request line: longer ones are answered 414. */
  LINE = 512,
  /** Bytes of the request line and all fields: more is answered 431. */
  HEAD = 2048,
}

/** What `parse` says: one of these, or the status with which to refuse. */
export const enum Parsed {
  INCOMPLETE = 0,
  /** Incomplete, and the client waits for a 100 before it sends the body. */
  CONTINUE = 100,
  COMPLETE = 200,
}

/** The request that was parsed last; used up before the next one is parsed. */
export const request = {
  method: '',
  path: '',
  query: '',
  body: '',
  /** 0 or 1: HTTP/1.0 or 1.1. */
  minor: 1,
  /** Field values by lower-case name. */
  fields: {} as Record<string, string | undefined>,
  /** Bytes of the input that this request took. */
  size: 0,
};

/**
 * Looks for a request at the start of `input`.
 * @returns `COMPLETE`, `INCOMPLETE`, or the status with which to refuse it
 */
export function parse(input: string): number {
  request.method = '';
  const [, blank] = input.find('^[\r\n]*');
  const start = (blank ?? 0) + 1;
  const [lineEnd] = input.find('\n', start, true);
  if (lineEnd === undefined) return input.length > Limit.LINE ? 414 : Parsed.INCOMPLETE;
  if (lineEnd - start > Limit.LINE) return 414;
  const [fieldsEnd, headEnd] = input.find('\n\r?\n', lineEnd);
  if (headEnd === undefined) return input.length > Limit.HEAD ? 431 : Parsed.INCOMPLETE;
  if (headEnd - start > Limit.HEAD) return 431;

  const [method, target, major, minor] = input.sub(start, lineEnd).match('^([%w_-]+) ([^%s%c]+) HTTP/(%d)%.(%d)\r?\n$');
  if (method === undefined || target === undefined) return 400;
  if (major !== '1') return 505;
  request.method = method;
  request.minor = minor === '0' ? 0 : 1;
  const [path, query] = target.match('^([^?#]*)%??([^#]*)');
  request.path = path ?? '';
  request.query = query ?? '';

  // One field per line, no white space before the colon (RFC 9112 section 5.1), no folding, no second Host or length.
  const fields: Record<string, string | undefined> = {};
  let position = lineEnd + 1;
  while (position <= fieldsEnd) {
    const [name, value] = input.match("^([%w!#$%%&'*+.^_`|~-]+):[ \t]*([^\r\n%z]-)[ \t]*\r?\n", position);
    if (name === undefined) return 400;
    const key = name.lower();
    const before = fields[key];
    if (before === undefined) fields[key] = value;
    else if (key === 'host' || key === 'content-length' || key === 'transfer-encoding') return 400;
    else fields[key] = `${before}, ${value}`;
    position = input.find('\n', position, true)[0]! + 1;
  }
  const host = fields['host'];
  if (host === undefined ? request.minor === 1 : host.find('[^%w.:_%[%]-]')[0] !== undefined) return 400;
  request.fields = fields;
  request.body = '';
  request.size = headEnd;
  if ((fields['content-length'] ?? fields['transfer-encoding']) === undefined) return Parsed.COMPLETE;
  return overlay<typeof import('./body.ts')>($module('./body.ts')).readBody(input, headEnd + 1);
}
