/** A request, and what the modules of routes do with one. */
import type { Connection } from '../net/connection.ts';

/** Made for each request, so that nothing of it stays. */
export interface Request {
  /** Empty as long as nothing is known of it. */
  method: string;
  path: string;
  body: string;
  /** 0 or 1: HTTP/1.0 or 1.1. */
  minor: number;
  /**
   * The field lines in lower case, each with its line end and one before the first: a table of fields would take ten
   * times as much, and its size would be the client's choice.
   */
  fields: string;
  /** The input that the request came in, and the place in it where the field lines begin as the client wrote them. */
  input: string;
  start: number;
  /** Bytes of the input that this request took. */
  size: number;
}

/** Answers by `respond` or `refuse`. */
export type Handler = (this: void, connection: Connection, request: Request) => void;

/** What `parse` says: one of these, or the status with which to refuse. */
export const enum Parsed {
  INCOMPLETE = 0,
  /** Incomplete, and the client waits for a 100 before it sends the body. */
  CONTINUE = 100,
  COMPLETE = 200,
}
