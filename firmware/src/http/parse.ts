/** HTTP/1.x requests: RFC 9112, and RFC 9110 for the status of what is refused. */
import { overlay } from '../runtime.ts';
import { Parsed, type Request } from './request.ts';

const enum Limit {
  /** Bytes of the request line: longer ones are answered 414. */
  LINE = 512,
  /** Bytes of the request line and all fields: more is answered 431. */
  HEAD = 2048,
}

/**
 * Looks for a request at the start of `input` and fills in what it finds; `request` has no method yet.
 * @returns `COMPLETE`, `INCOMPLETE`, or the status with which to refuse it
 */
export function parse(input: string, request: Request): number {
  const [, blank] = input.find('^[\r\n]*');
  const start = blank! + 1;
  const [lineEnd] = input.find('\n', start, true);
  if ((lineEnd ?? input.length) - start > Limit.LINE) return 414;
  if (lineEnd === undefined) return start > Limit.HEAD ? 400 : Parsed.INCOMPLETE;
  const [method, target, major, minor] = input.sub(start, lineEnd).match('^([%w_-]+) ([^%s%c]+) HTTP/(%d)%.(%d)\r?\n$');
  if (method === undefined) return 400;
  request.method = method;
  if (major !== '1') return 505;
  const [fieldsEnd, headEnd] = input.find('\n\r?\n', lineEnd);
  if ((headEnd ?? input.length) - start > Limit.HEAD) return 431;
  if (headEnd === undefined) return Parsed.INCOMPLETE;

  if (minor === '0') request.minor = 0;
  request.path = target!.match('^[^?#]*')[0]!;
  request.start = lineEnd;
  // One field per line, no white space before the colon (RFC 9112 section 5.1), no folding.
  let position: number | undefined = lineEnd;
  while (position !== undefined && position < fieldsEnd) {
    [, position] = input.find("^[%w!#$%%&'*+.^_`|~-]+:[^\r\n%z]*\r?\n", position + 1);
  }
  if (position === undefined) return 400;
  const fields = input.sub(lineEnd, fieldsEnd).lower();
  request.fields = fields;
  const [, hostEnd] = fields.find('\nhost:[ \t]*[%w.:_%[%]-]*[ \t]*\r?\n');
  if (
    hostEnd === undefined
      ? request.minor === 1 || fields.find('\nhost:', 1, true)[0] !== undefined
      : fields.find('\nhost:', hostEnd, true)[0] !== undefined
  )
    return 400;
  request.size = headEnd;
  if ((fields.find('\ncontent-length:', 1, true)[0] ?? fields.find('\ntransfer-encoding:', 1, true)[0]) === undefined)
    return Parsed.COMPLETE;
  return overlay<typeof import('./body.ts')>($module('./body.ts')).readBody(request, headEnd + 1);
}
