/** How binding the expectation is: the key word of the RFC, or `ROBUST` for what every server should survive. */
export const levels = ['MUST', 'SHOULD', 'MAY', 'ROBUST'] as const;
export type Level = (typeof levels)[number];

/**
 * One acceptable answer: a status (`200`), a class (`2xx`), `close` for a connection that ends without a response, or
 * `nothing` for a server that goes on waiting.
 */
export type Answer = string;

/** What a case looks at beyond status and connection. */
export type Check =
  | 'no-body'
  | 'allow-header'
  | 'date-is-valid'
  | 'same-head-as-get'
  | 'content-type'
  | 'no-transfer-encoding'
  | 'in-order'
  | 'accept-ranges-or-none';

/** A request and what a server should make of it. */
export interface Case {
  id: string;
  /** RFC and section, such as `RFC 9112 3.2`. */
  section: string;
  level: Level;
  about: string;
  /** Raw bytes as latin1 text, `{host}` replaced; an array is sent piece by piece with a pause between. */
  send: string | readonly string[];
  accept: readonly Answer[];
  /** State of the connection afterwards: `close`, `keep`, or `any` where the RFC leaves it open. */
  connection: 'close' | 'keep' | 'any';
  /** Responses that are to come; 1 when absent. */
  responses?: number;
  checks?: readonly Check[];
  /** Our FIN follows the request at once. */
  halfClose?: boolean;
  /** How long to wait for the first byte; 3 s when absent. */
  waitMs?: number;
  /** Where a server that lets its client close first decides against the letter, and why. */
  decision?: string;
}

/** A request with a Host line; `fields` are whole header lines without CRLF. */
export function request(line: string, fields: readonly string[] = [], body = ''): string {
  return [line, 'Host: {host}', ...fields, '', body].join('\r\n');
}

export const CLOSE = 'Connection: close';

/** The server says `Connection: close` and then waits a little for its client to do it. */
export const CLIENT_FIRST =
  'RFC 9112 9.6 lets the server start the close; one that gives its client up to 5 s to do it keeps TIME_WAIT off the device';
