import type { Clock, Timer } from '../../../tools/virtual-board/clock.ts';
import type { PeerConnection } from './peer-connection.ts';
import type { ClientsSpec, SendSpec } from './scenario.ts';
import type { RawSegment } from './wire-format.ts';

/** Pauses before a SYN, a request and a FIN are repeated; the last pause doubles. */
const SYN_PAUSES = [1000, 2000, 4000];
const REQUEST_PAUSES = [200, 400];
const FIN_PAUSES = [200, 400, 800];
const MSS = 1460;

interface Client {
  readonly name: string;
  readonly spec: ClientsSpec;
  phase: 'connecting' | 'asking' | 'closing' | 'done';
  hasAnswer: boolean;
  hasEof: boolean;
  finAt: number | undefined;
  repeat: Timer | undefined;
  timeout: Timer | undefined;
}

type Send = (client: string, spec: Omit<SendSpec, 'conn'>) => void;

/** A crowd of clients that ask once and close, each on a connection of its own. */
export class ReactiveClients {
  /** How the clients ended: ok, timeout, reset. */
  readonly results: Record<string, number> = {};
  readonly #clock: Clock;
  readonly #send: Send;
  readonly #clients = new Map<string, Client>();

  constructor(clock: Clock, send: Send) {
    this.#clock = clock;
    this.#send = send;
  }

  start(spec: ClientsSpec): void {
    for (let number = 1; number <= spec.count; number++) {
      this.#clock.after((number - 1) * spec.everyMs, () => this.#connect(`${spec.conn}${number}`, spec));
    }
  }

  #connect(name: string, spec: ClientsSpec): void {
    const client: Client = {
      ...{ name, spec, phase: 'connecting', hasAnswer: false, hasEof: false },
      ...{ finAt: undefined, repeat: undefined, timeout: undefined },
    };
    this.#clients.set(name, client);
    client.timeout = this.#clock.after(spec.timeoutMs, () => this.#end(client, 'timeout'));
    this.#repeatedly(client, SYN_PAUSES, (isFirst) => {
      this.#send(name, { flags: 'S', mss: MSS, ...(!isFirst && { seq: 0 }) });
    });
  }

  receive(connection: PeerConnection, segment: RawSegment): void {
    const client = this.#clients.get(connection.name);
    if (!client || client.phase === 'done') return;
    if (segment.flags.includes('R')) {
      this.#end(client, client.hasAnswer ? 'ok' : 'reset');
      return;
    }
    if (client.phase === 'connecting' && segment.flags.includes('S')) this.#ask(client);
    if (segment.data.length > 0) this.#answered(client);
    if (segment.flags.includes('F')) this.#eof(client);
    if (client.finAt !== undefined && segment.flags.includes('A')) this.#finAcknowledged(client, connection, segment);
  }

  #ask(client: Client): void {
    client.phase = 'asking';
    client.repeat?.cancel();
    this.#clock.after(client.spec.rttMs, () => {
      this.#send(client.name, { flags: 'A' });
      this.#repeatedly(client, REQUEST_PAUSES, () => {
        this.#send(client.name, { flags: 'PA', data: client.spec.request, seq: 1 });
      });
    });
  }

  #answered(client: Client): void {
    if (client.hasAnswer) return;
    client.hasAnswer = true;
    client.repeat?.cancel();
    this.#clock.after(client.spec.rttMs, () => {
      this.#send(client.name, { flags: 'A' });
      if (client.spec.close === 'first') this.#fin(client);
    });
  }

  #eof(client: Client): void {
    if (client.hasEof) return;
    client.hasEof = true;
    this.#clock.after(client.spec.rttMs, () => {
      if (client.phase === 'closing') this.#send(client.name, { flags: 'A' });
      else this.#fin(client);
    });
  }

  #fin(client: Client): void {
    client.phase = 'closing';
    const seq = 1 + client.spec.request.length;
    client.finAt = seq;
    this.#repeatedly(client, FIN_PAUSES, () => {
      this.#send(client.name, { flags: 'FA', seq });
    });
  }

  #finAcknowledged(client: Client, connection: PeerConnection, segment: RawSegment): void {
    const ack = (segment.acknowledgment - connection.zero) | 0;
    if (client.finAt === undefined || ack <= client.finAt) return;
    client.repeat?.cancel();
    if (client.hasEof) this.#end(client, 'ok');
  }

  /** Sends now and, until cancelled, after each pause. */
  #repeatedly(client: Client, pauses: readonly number[], send: (isFirst: boolean) => void): void {
    client.repeat?.cancel();
    const last = pauses.at(-1) ?? 1000;
    const round = (number: number): void => {
      if (client.phase === 'done') return;
      send(number === 0);
      const pause = pauses[number] ?? last * 2 ** (number - pauses.length + 1);
      client.repeat = this.#clock.after(pause, () => round(number + 1));
    };
    round(0);
  }

  #end(client: Client, result: string): void {
    // A client that has its answer goes on closing after its time is up, as a kernel does.
    if (client.phase === 'done' || (result === 'timeout' && client.hasAnswer)) return;
    client.repeat?.cancel();
    client.timeout?.cancel();
    client.phase = 'done';
    this.results[result] = (this.results[result] ?? 0) + 1;
  }
}
