import type { Timer } from '../../tools/virtual-board/clock.ts';
import { Err } from '../../tools/virtual-board/tcpip/errors.ts';
import type { Pcb, TcpEvents } from '../../tools/virtual-board/tcpip/pcb.ts';
import type { Lab } from './lab.ts';
import type { Script } from './malformed.ts';

/**
 * How a visit was over: by the board's FIN or RST, by the client itself, or by nobody as long as it waited. The firmware
 * drops a SYN without an answer while five connections are established, so it may take several to be let in.
 */
export type End = 'fin' | 'reset' | 'client' | 'silence' | 'not let in';

export interface Visit {
  script: Script;
  /** All that came, one character per byte. */
  received: string;
  end: End;
}

/** Longer than any deadline of the board: request, answer, and the closes of a whole TIME_WAIT before this one. */
const PATIENCE_MS = 60_000;

/** One client that does what its script says. */
export class Visitor implements TcpEvents {
  readonly #lab: Lab;
  readonly #script: Script;
  readonly #done: (visit: Visit) => void;
  readonly #patience: Timer;
  #pcb: Pcb | undefined;
  #received = '';
  #isConnected = false;
  #hasSentAll = false;
  #isOver = false;

  constructor(lab: Lab, script: Script, done: (visit: Visit) => void) {
    this.#lab = lab;
    this.#script = script;
    this.#done = done;
    this.#patience = lab.clock.after(PATIENCE_MS, () => {
      this.#finish(this.#isConnected ? 'silence' : 'not let in');
      this.#leave('abort');
    });
    this.#pcb = lab.connect(this, 80);
  }

  accepted(): Err {
    return Err.value;
  }

  connected(): Err {
    this.#isConnected = true;
    this.#send(0);
    return Err.ok;
  }

  received(pcb: Pcb, chunks: readonly Uint8Array[] | undefined): Err {
    if (!chunks) {
      this.#leave('close');
      this.#finish('fin');
      return Err.ok;
    }
    this.#received += this.#lab.read(pcb, chunks);
    this.#closeWhenRead();
    return Err.ok;
  }

  sent(): Err {
    return Err.ok;
  }

  failed(): void {
    this.#pcb = undefined;
    this.#finish('reset');
  }

  #send(index: number): void {
    if (!this.#pcb) return;
    const { client, clock } = this.#lab;
    const { pieces, gapMs, ending } = this.#script;
    const piece = pieces[index];
    if (piece !== undefined) {
      client.write(this.#pcb, Buffer.from(piece, 'latin1'));
      client.output(this.#pcb);
      clock.after(gapMs, () => this.#send(index + 1));
      return;
    }
    this.#hasSentAll = true;
    if (ending === 'reads') this.#closeWhenRead();
    if (ending !== 'leaves' && ending !== 'aborts') return;
    this.#finish('client');
    this.#leave(ending === 'leaves' ? 'close' : 'abort');
  }

  #closeWhenRead(): void {
    if (this.#script.ending !== 'reads' || !this.#hasSentAll || !/^HTTP[^]*\r\n\r\n/.test(this.#received)) return;
    if (!readAnswers(this.#received).isWhole) return;
    this.#leave('close');
    this.#finish('client');
  }

  #leave(how: 'close' | 'abort'): void {
    const pcb = this.#pcb;
    this.#pcb = undefined;
    if (pcb) this.#lab.client[how](pcb);
  }

  #finish(end: End): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#patience.cancel();
    this.#done({ script: this.#script, received: this.#received, end });
  }
}

const HEAD = /^HTTP\/1\.1 (\d{3}) [A-Z][A-Za-z -]*\r\n((?:[A-Z][A-Za-z-]*: [\x20-\x7e]*\r\n)*)\r\n/;

/** Names of the fields that the firmware sends: any other came from a client. */
const OUR_FIELDS = new Set([
  ...['Allow', 'Cache-Control', 'Connection', 'Content-Encoding', 'Content-Length', 'Content-Type', 'ETag'],
  ...['Retry-After', 'WWW-Authenticate'],
]);

export interface Answers {
  statuses: number[];
  /** The text ends where a response ends. */
  isWhole: boolean;
  /** What is wrong with it; undefined when it is valid as far as it goes. */
  problem?: string;
}

/** Reads responses one after the other. Whether one to HEAD has a body cannot be told from here: it may be absent. */
export function readAnswers(text: string): Answers {
  const statuses: number[] = [];
  let rest = text;
  while (rest !== '') {
    const [head, status, lines] = HEAD.exec(rest) ?? [];
    if (head === undefined) {
      const isBegun = !rest.includes('\r\n\r\n') && 'HTTP/1.1 '.startsWith(rest.slice(0, 9));
      return {
        statuses,
        isWhole: false,
        ...(!isBegun && { problem: `not HTTP: ${JSON.stringify(rest.slice(0, 120))}` }),
      };
    }
    statuses.push(Number(status));
    const names = (lines ?? '').split('\r\n').map((line) => line.split(':', 1)[0] ?? '');
    const foreign = names.find((name) => name !== '' && !OUR_FIELDS.has(name));
    if (foreign !== undefined) return { statuses, isWhole: false, problem: `the field ${foreign} is not ours` };
    const length = Number(/^Content-Length: (\d+)\r$/m.exec(lines ?? '')?.[1] ?? 0);
    const body = rest.slice(head.length);
    if (body === '' || body.startsWith('HTTP/1.1 ')) rest = body;
    else if (body.length < length) return { statuses, isWhole: false };
    else rest = body.slice(length);
  }
  return { statuses, isWhole: statuses.length > 0 };
}
