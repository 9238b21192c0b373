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
  body: '',
  /** 0 or 1: HTTP/1.0 or 1.1. */
  minor: 1,
  /**
   * The field lines in lower case, each with its line end and one before the first: a table of fields would take ten
   * times as much, and its size would be the client's choice.
   */
  fields: '\n',
  /** The input that the request came in, and the place in it where the field lines begin as the client wrote them. */
  input: '',
  start: 1,
  /** Bytes of the input that this request took. */
  size: 0,
};

/**
 * Looks for a request at the start of `input`.
 * @returns `COMPLETE`, `INCOMPLETE`, or the status with which to refuse it
 */
export function parse(input: string): number {
  request.method = '';
  request.minor = 1;
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
  request.input = input;
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
  request.body = '';
  request.size = headEnd;
  if ((fields.find('\ncontent-length:', 1, true)[0] ?? fields.find('\ntransfer-encoding:', 1, true)[0]) === undefined)
    return Parsed.COMPLETE;
  return overlay<typeof import('./body.ts')>($module('./body.ts')).readBody(input, headEnd + 1);
}
