import type { Socket } from 'node:net';

/** A response as it stood on the wire. */
export interface Response {
  status: number;
  /** Lower-case names; values of a repeated field are joined with ", ". */
  fields: ReadonlyMap<string, string>;
  /** Bytes of body that came, framing included. */
  bodyLength: number;
  complete: boolean;
}

/** What one exchange left behind. */
export interface Transcript {
  responses: Response[];
  /** What came that is no response; empty when all was. */
  garbage: string;
  connection: 'closed' | 'reset' | 'open';
  /** Whether a connection came about at all. */
  connected: boolean;
}

/** Reads the responses in `text` (latin1); `methods` are those of the requests, in order. */
export function readResponses(
  text: string,
  methods: readonly string[],
  ended: boolean,
): Pick<Transcript, 'responses' | 'garbage'> {
  const responses: Response[] = [];
  let rest = text;
  while (rest !== '') {
    const parsed = readResponse(rest, methods[responses.length] ?? 'GET', ended);
    if (!parsed) return { responses, garbage: rest };
    rest = parsed.rest;
    const isInterim = parsed.response.status < 200 && parsed.response.status !== 101;
    if (!isInterim) responses.push(parsed.response);
    if (!parsed.response.complete) break;
  }
  return { responses, garbage: '' };
}

function readResponse(text: string, method: string, ended: boolean): { response: Response; rest: string } | undefined {
  const end = text.indexOf('\r\n\r\n');
  const status = /^HTTP\/1\.[01] (\d{3})[ \r]/.exec(text);
  if (end < 0 || !status) return undefined;
  const fields = readFields(text.slice(0, end));
  const code = Number(status[1]);
  const body = text.slice(end + 4);
  const { length, complete } = bodyOf(body, fields, method, code, ended);
  return { response: { status: code, fields, bodyLength: length, complete }, rest: body.slice(length) };
}

function readFields(head: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of head.split('\r\n').slice(1)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const known = fields.get(name);
    fields.set(name, known === undefined ? value : `${known}, ${value}`);
  }
  return fields;
}

/** Length of the message body as it stands on the wire (RFC 9112 section 6.3). */
function bodyOf(
  body: string,
  fields: ReadonlyMap<string, string>,
  method: string,
  status: number,
  ended: boolean,
): { length: number; complete: boolean } {
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return { length: 0, complete: true };
  if (/\bchunked$/i.test(fields.get('transfer-encoding') ?? '')) return chunkedLength(body);
  const declared = fields.get('content-length');
  if (declared === undefined) return { length: body.length, complete: ended };
  const length = Math.min(Number(declared), body.length);
  return { length, complete: length === Number(declared) };
}

function chunkedLength(body: string): { length: number; complete: boolean } {
  let at = 0;
  for (;;) {
    const line = body.indexOf('\r\n', at);
    const size = line < 0 ? NaN : parseInt(body.slice(at, line), 16);
    if (Number.isNaN(size)) return { length: body.length, complete: false };
    if (size === 0) {
      const end = body.indexOf('\r\n\r\n', line);
      return end < 0 ? { length: body.length, complete: false } : { length: end + 4, complete: true };
    }
    at = line + 2 + size + 2;
  }
}

/** Bytes of a conversation; a server that sends more than a board could hold is not listened to any longer. */
const MOST = 1024 * 1024;

/** Follows a socket until it ends or nobody waits any more. */
export class Listener {
  text = '';
  connection: Transcript['connection'] = 'open';
  readonly #wakers = new Set<() => void>();

  constructor(socket: Socket) {
    socket.on('data', (data: Buffer) => {
      this.text += data.toString('latin1');
      if (this.text.length > MOST) socket.destroy();
      this.#wake();
    });
    socket.on('end', () => this.#end('closed'));
    socket.on('error', () => this.#end('reset'));
    socket.on('close', () => this.#end('closed'));
  }

  /** Resolves when `done` says so, the connection has ended, or `ms` have passed. */
  async until(done: () => boolean, ms: number): Promise<void> {
    const deadline = performance.now() + ms;
    while (!done() && this.connection === 'open') {
      const left = deadline - performance.now();
      if (left <= 0) return;
      await this.#nextEvent(left);
    }
  }

  #nextEvent(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#wakers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.#wakers.add(wake);
    });
  }

  #end(connection: 'closed' | 'reset'): void {
    if (this.connection === 'open') this.connection = connection;
    this.#wake();
  }

  #wake(): void {
    for (const wake of [...this.#wakers]) wake();
  }
}
