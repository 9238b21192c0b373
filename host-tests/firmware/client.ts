import { Err } from '../../tools/virtual-board/tcpip/errors.ts';
import type { Pcb, TcpEvents } from '../../tools/virtual-board/tcpip/pcb.ts';
import type { Timer } from '../../tools/virtual-board/clock.ts';
import type { Lab } from './lab.ts';

/** `closes-first`: at the end of the response; `waits-for-eof`: when the board has closed. */
export type ClosingStyle = 'closes-first' | 'waits-for-eof';

export interface Exchange {
  outcome: 'answered' | 'reset' | 'timeout' | 'closed early';
  /** Everything received, one character per byte. */
  response: string;
  /** From the SYN to the last byte, and to the end of the connection, in ms. */
  responseMs: number;
  totalMs: number;
}

export interface ExchangeOptions {
  style?: ClosingStyle;
  /** Pieces of the request, sent this many ms apart. */
  gapMs?: number;
  patienceMs?: number;
  port?: number;
}

/** Where a response ends, undefined when it has not; `isHead` responses have no body whatever they announce. */
function endOfResponse(text: string, isHead: boolean): number | undefined {
  const interim = /^(HTTP\/1\.1 1\d\d [^\r]*\r\n\r\n)+/.exec(text)?.[0].length ?? 0;
  const end = endOfFinal(text.slice(interim), isHead);
  return end === undefined ? undefined : interim + end;
}

function endOfFinal(text: string, isHead: boolean): number | undefined {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return undefined;
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, head + 2))?.[1];
  const hasBody = !isHead && !/^HTTP\/1\.1 (204|304)/.test(text);
  const end = head + 4 + (hasBody ? Number(length ?? 0) : 0);
  return text.length >= end ? end : undefined;
}

/** One connection, one request, as a client of the given style sees it. */
class Client implements TcpEvents {
  readonly #lab: Lab;
  readonly #pieces: readonly string[];
  readonly #options: Required<ExchangeOptions>;
  readonly #done: (exchange: Exchange) => void;
  readonly #started: number;
  readonly #patience: Timer;
  #pcb: Pcb | undefined;
  #response = '';
  #responseAt = 0;
  #isOver = false;

  constructor(
    lab: Lab,
    request: string | readonly string[],
    options: ExchangeOptions,
    done: (exchange: Exchange) => void,
  ) {
    this.#lab = lab;
    this.#pieces = typeof request === 'string' ? [request] : request;
    this.#options = { style: 'closes-first', gapMs: 20, patienceMs: 15_000, port: 80, ...options };
    this.#done = done;
    this.#started = lab.clock.now();
    this.#patience = lab.clock.after(this.#options.patienceMs, () => {
      const pcb = this.#pcb;
      this.#pcb = undefined;
      this.#finish('timeout');
      if (pcb) lab.client.abort(pcb);
    });
    this.#pcb = lab.connect(this, this.#options.port);
  }

  accepted(): Err {
    return Err.value;
  }

  connected(pcb: Pcb): Err {
    const { client, clock } = this.#lab;
    this.#pieces.forEach((piece, index) =>
      clock.after(index * this.#options.gapMs, () => {
        if (this.#isOver || this.#pcb !== pcb) return;
        client.write(pcb, Buffer.from(piece, 'latin1'));
        client.output(pcb);
      }),
    );
    return Err.ok;
  }

  received(pcb: Pcb, chunks: readonly Uint8Array[] | undefined): Err {
    const { client } = this.#lab;
    if (!chunks) {
      this.#pcb = undefined;
      client.close(pcb);
      this.#finish(this.#isComplete() ? 'answered' : 'closed early');
      return Err.ok;
    }
    this.#response += this.#lab.read(pcb, chunks);
    if (this.#responseAt === 0 && this.#isComplete()) {
      this.#responseAt = this.#lab.clock.now();
      if (this.#options.style === 'closes-first') {
        this.#pcb = undefined;
        client.close(pcb);
        this.#finish('answered');
      }
    }
    return Err.ok;
  }

  sent(): Err {
    return Err.ok;
  }

  failed(): void {
    this.#pcb = undefined;
    this.#finish('reset');
  }

  #isComplete(): boolean {
    return endOfResponse(this.#response, this.#pieces.join('').startsWith('HEAD')) !== undefined;
  }

  #finish(outcome: Exchange['outcome']): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#patience.cancel();
    const now = this.#lab.clock.now();
    this.#done({
      outcome,
      response: this.#response,
      responseMs: (this.#responseAt || now) - this.#started,
      totalMs: now - this.#started,
    });
  }
}

/** Sends one request and runs the lab until it is over. */
export function exchange(lab: Lab, request: string | readonly string[], options: ExchangeOptions = {}): Exchange {
  let result: Exchange | undefined;
  new Client(lab, request, options, (exchange) => (result = exchange));
  lab.runUntil(() => result !== undefined, 60_000);
  if (!result) throw new Error('the exchange did not end');
  return result;
}

export interface LoadOptions extends ExchangeOptions {
  request: string;
  total: number;
  clients: number;
  /** From the start of one request to the start of the next of the same client; 0 = back to back. */
  intervalMs?: number;
}

/** Clients side by side, each one request after the other; runs the lab until all are over. */
export function runLoad(lab: Lab, { request, total, clients, intervalMs = 0, ...options }: LoadOptions): Exchange[] {
  const results: Exchange[] = [];
  let started = 0;
  const next = (): void => {
    if (started === total) return;
    started++;
    const due = lab.clock.now() + intervalMs;
    new Client(lab, request, options, (exchange) => {
      results.push(exchange);
      lab.clock.after(Math.max(0, due - lab.clock.now()), next);
    });
  };
  for (let client = 0; client < clients; client++) next();
  if (!lab.runUntil(() => results.length === total, total * 30_000)) throw new Error('the load did not end');
  return results;
}

/** A request every `intervalMs`, whatever becomes of those before; runs the lab until all are over. */
export function runOpenLoop(
  lab: Lab,
  { request, total, intervalMs, ...options }: Omit<LoadOptions, 'clients'> & { intervalMs: number },
): Exchange[] {
  const results: Exchange[] = [];
  for (let index = 0; index < total; index++) {
    lab.clock.after(index * intervalMs, () => {
      new Client(lab, request, options, (exchange) => results.push(exchange));
    });
  }
  if (!lab.runUntil(() => results.length === total, total * intervalMs + 60_000)) {
    throw new Error('the load did not end');
  }
  return results;
}
