/** Longest head this reader accepts, bytes; far beyond what a board with 44 kB of heap can send. */
const MAX_HEAD = 16_384;

export type ResponseState = 'head' | 'body' | 'complete' | 'wrong';

/**
 * Reads one HTTP/1.x response as it arrives (RFC 9112), to judge it: status, framing, completeness.
 * Reused for one response after another through `reset`.
 */
export class ResponseReader {
  state: ResponseState = 'head';
  status = 0;
  /** Why the state is `wrong`. */
  fault = '';
  /** True when the server said `Connection: close`. */
  closes = false;
  #head = '';
  #bodyLeft = 0;
  #untilEof = false;
  #method: 'HEAD' | 'GET';

  constructor(method: 'HEAD' | 'GET') {
    this.#method = method;
  }

  reset(): void {
    this.state = 'head';
    this.status = 0;
    this.fault = '';
    this.closes = false;
    this.#head = '';
    this.#bodyLeft = 0;
    this.#untilEof = false;
  }

  /** Takes the first `length` bytes of `bytes`; returns the state after them. */
  take(bytes: Buffer, length: number): ResponseState {
    if (this.state === 'body') return this.#takeBody(length);
    if (this.state === 'complete') return this.#fail('bytes after the end of the response');
    if (this.state === 'wrong') return this.state;
    this.#head += bytes.toString('latin1', 0, length);
    const end = this.#head.indexOf('\r\n\r\n');
    if (end < 0) return this.#checkUnfinishedHead();
    return this.#readHead(end, this.#head.length - end - 4);
  }

  /** The connection's end: a body without a length is complete now. True when the response is whole. */
  finish(): boolean {
    if (this.state === 'body' && this.#untilEof) this.state = 'complete';
    return this.state === 'complete';
  }

  #checkUnfinishedHead(): ResponseState {
    const start = this.#head.slice(0, 5);
    if (!'HTTP/'.startsWith(start)) return this.#fail(`not HTTP: it begins with ${JSON.stringify(start)}`);
    if (this.#head.length > MAX_HEAD) return this.#fail(`more than ${MAX_HEAD} bytes of header`);
    return this.state;
  }

  #readHead(end: number, bodyBytes: number): ResponseState {
    const head = this.#head;
    const match = /^HTTP\/1\.[01] (\d{3})(?: |\r\n)/.exec(head);
    if (!match) return this.#fail(`not an HTTP/1.x status line: ${JSON.stringify(head.slice(0, 40))}`);
    this.status = Number(match[1]);
    this.closes = /\r\nconnection:[^\r]*\bclose\b/i.test(head);
    if (this.#method === 'HEAD' || this.status === 204 || this.status === 304) {
      if (bodyBytes > 0) return this.#fail(`${bodyBytes} bytes of body in answer to HEAD (RFC 9110 section 9.3.2)`);
      return (this.state = 'complete');
    }
    const length = /\r\ncontent-length:[ \t]*(\d+)[ \t]*(?=\r\n|$)/i.exec(head.slice(0, end));
    this.#untilEof = !length;
    this.#bodyLeft = length ? Number(length[1]) : Infinity;
    this.state = 'body';
    return this.#takeBody(bodyBytes);
  }

  #takeBody(bytes: number): ResponseState {
    this.#bodyLeft -= bytes;
    if (this.#bodyLeft < 0) return this.#fail('more body than Content-Length says');
    if (this.#bodyLeft === 0) this.state = 'complete';
    return this.state;
  }

  #fail(fault: string): ResponseState {
    this.fault = fault;
    return (this.state = 'wrong');
  }
}
