/** Request bodies by Content-Length or in chunks (RFC 9112 sections 6 and 7); loaded when a request has one. */
import { Parsed, type Request } from './request.ts';

const enum Limit {
  /** Bytes of a body: more is answered 413. */
  BODY = 512,
  /** Bytes of a chunked body with its sizes, extensions and trailers. */
  CHUNKED = 2048,
}

function readCounted(request: Request, start: number): number {
  const { fields, input } = request;
  const [, lineEnd, digits] = fields.find('\ncontent%-length:[ \t]*(%d+)[ \t]*\r?\n');
  if (lineEnd === undefined || fields.find('\ncontent-length:', lineEnd, true)[0] !== undefined) return 400;
  const size = tonumber(digits)!;
  if (size > Limit.BODY) return 413;
  if (input.length < start - 1 + size) return Parsed.INCOMPLETE;
  request.body = input.sub(start, start - 1 + size);
  request.size = start - 1 + size;
  return Parsed.COMPLETE;
}

/** The end of the trailers, nil when they are not all there. */
function endOfTrailers(input: string, start: number): number | undefined {
  const [, emptyEnd] = input.find('^\r?\n', start);
  if (emptyEnd !== undefined) return emptyEnd;
  const [, end] = input.find('\n\r?\n', start);
  return end;
}

function readChunked(request: Request, start: number): number {
  const { input } = request;
  const parts: string[] = [];
  let length = 0;
  let position = start;
  let size = 1;
  while (size > 0) {
    const [lineEnd] = input.find('\n', position, true);
    if (lineEnd === undefined) return input.length - start > Limit.CHUNKED ? 413 : Parsed.INCOMPLETE;
    const [hexadecimal] = input.sub(position, lineEnd).match('^(%x+)[ \t]*\r?\n$');
    const [extended] = input.sub(position, lineEnd).match('^(%x+)[ \t]*;[^%c]*\r?\n$');
    const digits = hexadecimal ?? extended;
    if (digits === undefined) return 400;
    size = tonumber(digits, 16)!;
    length += size;
    if (length > Limit.BODY || digits.length > 8) return 413;
    position = lineEnd + 1;
    if (size > 0) {
      const [, chunkEnd] = input.find('^\r?\n', position + size);
      if (chunkEnd === undefined) return input.length >= position + size + 1 ? 400 : Parsed.INCOMPLETE;
      parts.push(input.sub(position, position + size - 1));
      position = chunkEnd + 1;
    }
  }
  const end = endOfTrailers(input, position);
  if (end === undefined) return input.length - start > Limit.CHUNKED ? 413 : Parsed.INCOMPLETE;
  request.body = parts.join('');
  request.size = end;
  return Parsed.COMPLETE;
}

/**
 * Reads the body that starts at `start` into `request`. Framing that two readers could understand differently is
 * refused: RFC 9112 section 6.3.
 * @returns as `parse`
 */
export function readBody(request: Request, start: number): number {
  const { fields, input } = request;
  const [, codingEnd] = fields.find('\ntransfer-encoding:', 1, true);
  let status: number;
  if (codingEnd === undefined) status = readCounted(request, start);
  else if (request.minor === 0 || fields.find('\ncontent-length:', 1, true)[0] !== undefined) status = 400;
  else if (fields.find('\ntransfer-encoding:', codingEnd, true)[0] !== undefined) status = 400;
  else
    status =
      fields.find('^[ \t]*chunked[ \t]*\r?\n', codingEnd + 1)[0] === undefined ? 501 : readChunked(request, start);
  const [, expectEnd] = fields.find('\nexpect:', 1, true);
  if (status !== Parsed.INCOMPLETE || expectEnd === undefined) return status;
  if (fields.find('^[ \t]*100%-continue[ \t]*\r?\n', expectEnd + 1)[0] === undefined) return 417;
  return input.length === start - 1 && request.minor === 1 ? Parsed.CONTINUE : status;
}
