import { endings, newExchange, outcomes, type Exchange } from '../client/exchange.ts';

const FIELDS = 11;
const CAPACITY = 512;

/** Exchanges on their way from one thread to another: numbers, and words only where something went wrong. */
export interface ExchangeBatch {
  /** `FIELDS` numbers for each exchange. */
  numbers: Float64Array<ArrayBuffer>;
  /** `detail` by the exchange's place in the batch. */
  details: [place: number, detail: string][];
}

/** Collects exchanges and hands them over in batches: a message for each would cost as much as the connection. */
export class BatchWriter {
  readonly #addresses: readonly string[];
  readonly #shift: number;
  readonly #send: (batch: ExchangeBatch) => void;
  #numbers = new Float64Array(CAPACITY * FIELDS);
  #details: [number, string][] = [];
  #count = 0;

  /**
   * `addresses`: what `localAddress` may be. `shift`: milliseconds to add so that times are those of the receiver's
   * `performance.now()`.
   */
  constructor(addresses: readonly string[], shift: number, send: (batch: ExchangeBatch) => void) {
    this.#addresses = addresses;
    this.#shift = shift;
    this.#send = send;
  }

  add(exchange: Exchange): void {
    const numbers = this.#numbers;
    let at = this.#count * FIELDS;
    numbers[at++] = this.#shifted(exchange.intendedAt);
    numbers[at++] = this.#shifted(exchange.startedAt);
    numbers[at++] = this.#shifted(exchange.connectedAt);
    numbers[at++] = this.#shifted(exchange.firstByteAt);
    numbers[at++] = this.#shifted(exchange.repliedAt);
    numbers[at++] = this.#shifted(exchange.endedAt);
    numbers[at++] = this.#addresses.indexOf(exchange.localAddress);
    numbers[at++] = exchange.localPort;
    numbers[at++] = outcomes.indexOf(exchange.outcome);
    numbers[at++] = endings.indexOf(exchange.ending);
    numbers[at] = exchange.status;
    if (exchange.detail !== '') this.#details.push([this.#count, exchange.detail]);
    if (++this.#count === CAPACITY) this.flush();
  }

  /** Hands over what there is. */
  flush(): void {
    if (this.#count === 0) return;
    this.#send({ numbers: this.#numbers.slice(0, this.#count * FIELDS), details: this.#details });
    this.#details = [];
    this.#count = 0;
  }

  /** 0 stays 0: it never happened. */
  #shifted(time: number): number {
    return time === 0 ? 0 : time + this.#shift;
  }
}

/** Calls `onExchange` for each exchange of a batch, always with the same object. */
export function readBatch(
  { numbers, details }: ExchangeBatch,
  addresses: readonly string[],
  onExchange: (exchange: Exchange) => void,
): void {
  const exchange = newExchange();
  const words = new Map(details);
  for (let at = 0, place = 0; at < numbers.length; at += FIELDS, place++) {
    const number = (field: number): number => numbers[at + field] ?? 0;
    exchange.intendedAt = number(0);
    exchange.startedAt = number(1);
    exchange.connectedAt = number(2);
    exchange.firstByteAt = number(3);
    exchange.repliedAt = number(4);
    exchange.endedAt = number(5);
    exchange.localAddress = addresses[number(6)] ?? '';
    exchange.localPort = number(7);
    exchange.outcome = outcomes[number(8)] ?? 'harness';
    exchange.ending = endings[number(9)] ?? 'none';
    exchange.status = number(10);
    exchange.detail = words.get(place) ?? '';
    onExchange(exchange);
  }
}
