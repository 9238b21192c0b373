/** Longest head this reader accepts, bytes; far beyond what a board with 44 kB of heap can send. */
const MAX_HEAD = 16_384;

export type ResponseState = 'head' | 'body' | 'complete' | 'wrong';

type Method = 'HEAD' | 'GET';

/**
 * Reads the HTTP/1.x responses of one connection as they arrive (RFC 9112), to judge them: status, framing,
 * completeness. Reused for one connection after another through `reset`.
 */
export class ResponseReader {
  /** Of the response under way; `complete` when every expected response is. */
  state: ResponseState = 'head';
  /** Status code of the last head; 0 before the first. */
  status = 0;
  /** Why the state is `wrong`. */
  fault = '';
  /** Responses that are whole. */
  completed = 0;
  /** The last whole head. */
  #head = '';
  #expected = 1;
  #rest = '';
  /** Bytes of body left; Infinity = to the end of the connection, -1 = chunked. */
  #bodyLeft = 0;
  readonly #method: Method;

  constructor(method: Method) {
    this.#method = method;
  }

  /** The server said `Connection: close`, or speaks HTTP/1.0: no response will follow. */
  get closes(): boolean {
    return this.#head.startsWith('HTTP/1.0') || /\r\nconnection:[^\r]*\bclose\b/i.test(this.#head);
  }

  /** Gets ready for a connection with `expected` responses. */
  reset(expected = 1): void {
    this.state = 'head';
    this.status = 0;
    this.fault = '';
    this.#head = '';
    this.completed = 0;
    this.#expected = expected;
    this.#rest = '';
    this.#bodyLeft = 0;
  }

  /** Takes the first `length` bytes of `bytes`; returns the state after them. */
  take(bytes: Buffer, length: number): ResponseState {
    if (this.state === 'body' && this.#bodyLeft >= length) return this.#countBody(length);
    this.#rest += bytes.toString('latin1', 0, length);
    while (this.state !== 'wrong' && this.#step());
    return this.state;
  }

  /** The connection's end: a body without a length is complete now. True when every expected response is whole. */
  finish(): boolean {
    if (this.state === 'body' && this.#bodyLeft === Infinity) this.#complete();
    if (this.state === 'head' && this.#rest === '' && this.completed > 0 && this.closes) this.state = 'complete';
    return this.state === 'complete';
  }

  /** Reads one more part of what has come; false when that needs more bytes. */
  #step(): boolean {
    if (this.state === 'complete') return this.#rest !== '' && this.#fail('bytes after the end of the response');
    if (this.state === 'head') return this.#readHead();
    return this.#bodyLeft === -1 ? this.#readChunk() : this.#readBody();
  }

  #readHead(): boolean {
    const end = this.#rest.indexOf('\r\n\r\n');
    if (end < 0) return this.#checkUnfinishedHead();
    const head = this.#rest.slice(0, end + 2);
    this.#rest = this.#rest.slice(end + 4);
    const match = /^HTTP\/1\.[01] (\d{3})(?: |\r\n)/.exec(head);
    if (!match) return this.#fail(`not an HTTP/1.x status line: ${JSON.stringify(head.slice(0, 40))}`);
    this.status = Number(match[1]);
    this.#head = head;
    if (this.#method === 'HEAD' || this.status === 204 || this.status === 304) return this.#readBodiless();
    const length = /\r\ncontent-length:[ \t]*(\d+)[ \t]*\r\n/i.exec(head);
    const isChunked = /\r\ntransfer-encoding:[^\r]*\bchunked[ \t]*\r\n/i.test(head);
    this.#bodyLeft = isChunked ? -1 : length ? Number(length[1]) : Infinity;
    this.state = 'body';
    return true;
  }

  #readBodiless(): boolean {
    if (this.completed + 1 >= this.#expected && this.#rest !== '')
      return this.#fail(`${this.#rest.length} bytes of body in answer to ${this.#method} (RFC 9110 section 9.3.2)`);
    return this.#complete();
  }

  #checkUnfinishedHead(): boolean {
    const start = this.#rest.slice(0, 5);
    if (!'HTTP/'.startsWith(start)) return this.#fail(`not HTTP: it begins with ${JSON.stringify(start)}`);
    if (this.#rest.length > MAX_HEAD) return this.#fail(`more than ${MAX_HEAD} bytes of header`);
    return false;
  }

  #readBody(): boolean {
    const taken = Math.min(this.#bodyLeft, this.#rest.length);
    this.#rest = this.#rest.slice(taken);
    this.#countBody(taken);
    return this.#rest !== '';
  }

  #countBody(bytes: number): ResponseState {
    this.#bodyLeft -= bytes;
    if (this.#bodyLeft === 0) this.#complete();
    return this.state;
  }

  /** RFC 9112 section 7.1; trailers are skipped. */
  #readChunk(): boolean {
    const line = this.#rest.indexOf('\r\n');
    if (line < 0) return this.#rest.length > 32 && this.#fail('a chunk without a size');
    const size = parseInt(this.#rest.slice(0, line), 16);
    if (Number.isNaN(size)) return this.#fail(`not a chunk size: ${JSON.stringify(this.#rest.slice(0, line))}`);
    const end = size === 0 ? this.#rest.indexOf('\r\n\r\n', line) + 4 : line + 2 + size + 2;
    if (end < 4 || this.#rest.length < end) return false;
    this.#rest = this.#rest.slice(end);
    return size === 0 ? this.#complete() : true;
  }

  #complete(): boolean {
    this.completed++;
    this.#bodyLeft = 0;
    this.state = this.completed < this.#expected ? 'head' : 'complete';
    return this.#rest !== '';
  }

  #fail(fault: string): false {
    this.fault = fault;
    this.state = 'wrong';
    return false;
  }
}
