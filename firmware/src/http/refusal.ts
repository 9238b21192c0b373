/** The text of refusals: loaded when one is needed. */

const reasons: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  413: 'Content Too Large',
  414: 'URI Too Long',
  417: 'Expectation Failed',
  422: 'Unprocessable Content',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  505: 'HTTP Version Not Supported',
};

/** A whole response that closes the connection; the body, absent for HEAD, is the reason in words. */
export function refusal(status: number, fields: string, isHead: boolean): string {
  const reason = reasons[status] ?? '';
  const body = `${status} ${reason}\n`;
  return `HTTP/1.1 ${status} ${reason}\r\n${fields}Content-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${isHead ? '' : body}`;
}
