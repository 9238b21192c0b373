/** A request line with what follows it, once all of it is there. */
export interface Request {
  method: string;
  path: string;
  body: string;
}

const enum Limit {
  HEAD = 1024,
  BODY = 512,
}

/** The request, undefined while it is incomplete, or the status with which to refuse it. */
export function parse(input: string): Request | number | undefined {
  const [, last] = input.find('\r\n\r\n', 1, true);
  if (last === undefined) return input.length > Limit.HEAD ? 431 : undefined;
  const [method, target] = input.match('^(%u+) (%S+) HTTP/1%.[01]\r\n');
  if (method === undefined) return 400;
  const [length] = input.match('\r\n[Cc]ontent%-[Ll]ength: *(%d+)');
  const size = tonumber(length ?? 0)!;
  if (size > Limit.BODY) return 413;
  if (input.length - last < size) return undefined;
  const [path] = target!.match('^[^?]*');
  return { method, path: path!, body: input.sub(last + 1, last + size) };
}
