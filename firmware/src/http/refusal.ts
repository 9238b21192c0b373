/** Refusals: loaded when one is needed. */
import { At, type Connection } from '../net/connection.ts';
import { answer } from '../net/manager.ts';
import { overlay } from '../runtime.ts';
import { Parsed, type Request } from './request.ts';

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

/** Answers with the status and closes; the body, absent for HEAD, is the reason in words. */
export function refuse(connection: Connection, method: string, status: number, fields = ''): void {
  const reason = reasons[status] ?? '';
  const body = `${status} ${reason}\n`;
  connection[At.Input] = undefined;
  connection[At.Keep] = undefined;
  answer(
    connection,
    `HTTP/1.1 ${status} ${reason}\r\n${fields}Content-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${method === 'HEAD' ? '' : body}`,
  );
}

/** What to do with input that is not a whole good request; `status` is what `parse` said. */
export function handleUnparsed(connection: Connection, { method, input }: Request, status: number): void {
  if (status > Parsed.COMPLETE) {
    refuse(connection, method, status);
    return;
  }
  connection[At.Input] = input;
  if (status === Parsed.INCOMPLETE) return;
  const { interject } = overlay<typeof import('../net/interim.ts')>($module('../net/interim.ts'));
  interject(connection, 'HTTP/1.1 100 Continue\r\n\r\n');
}
