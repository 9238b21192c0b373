/**
 * What came of a request, seen by the application.
 * `busy` is a complete 503: the board answered that it will not serve now. `idle`: no request was made, as told.
 * `harness` is a fault of this machine (no port, no file descriptor) and `interrupted` was under way when the run was
 * stopped: neither counts against the board.
 */
export const outcomes = [
  'answered',
  'busy',
  'idle',
  'wrong-reply',
  'truncated',
  'no-reply',
  'timeout',
  'refused',
  'unreachable',
  'harness',
  'interrupted',
] as const;
export type Outcome = (typeof outcomes)[number];

/** Outcomes that are no doing of the board's, and get no verdict. */
export const isOurs = (outcome: Outcome): boolean => outcome === 'harness' || outcome === 'interrupted';

/**
 * How the connection ended, as far as a socket can tell. A device's FIN that arrives together with its last data counts
 * as first even when ours was on its way; only a capture tells the rest.
 */
export const endings = ['device-fin', 'client-fin', 'client-reset', 'reset', 'deadline', 'none'] as const;
export type Ending = (typeof endings)[number];

/** One connection with one request. Times are `performance.now()` milliseconds; 0 = never happened. */
export interface Exchange {
  intendedAt: number;
  startedAt: number;
  connectedAt: number;
  firstByteAt: number;
  /** When the response was complete. */
  repliedAt: number;
  endedAt: number;
  /** Our end, when we chose it ourselves; otherwise empty, and the port 0 unless it was asked for. */
  localAddress: string;
  localPort: number;
  outcome: Outcome;
  ending: Ending;
  /** HTTP status code; 0 without a status line. */
  status: number;
  /** Why it is not `answered`, in words; empty otherwise. */
  detail: string;
}

export function newExchange(): Exchange {
  const exchange = {} as Exchange;
  resetExchange(exchange);
  return exchange;
}

/** Makes an exchange as new: objects are reused so that a million connections need no more memory than one. */
export function resetExchange(exchange: Exchange): void {
  exchange.intendedAt = 0;
  exchange.startedAt = 0;
  exchange.connectedAt = 0;
  exchange.firstByteAt = 0;
  exchange.repliedAt = 0;
  exchange.endedAt = 0;
  exchange.localAddress = '';
  exchange.localPort = 0;
  exchange.outcome = 'no-reply';
  exchange.ending = 'none';
  exchange.status = 0;
  exchange.detail = '';
}
