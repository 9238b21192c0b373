import type { JudgedFlow } from '../verdict/flow-table.ts';
import type { Segment } from '../verdict/segment.ts';
import { verdictNames } from '../verdict/verdict.ts';

const FIELDS = 5;
const CLIENT_ADDRESS = 0;
const CLIENT_PORT = 1;

/** Judged connections on their way between threads: words and segments only for those that have some. */
export interface FlowBatch {
  /** `FIELDS` numbers for each. */
  numbers: Float64Array<ArrayBuffer>;
  /** `why` and `segments` by the connection's place in the batch. */
  whys: [place: number, why: string][];
  segments: [place: number, segments: Segment[]][];
}

/** Collects judged connections: as objects, each would be copied field by field and outlive the young generation. */
export class FlowBatchWriter {
  #numbers: number[] = [];
  #whys: FlowBatch['whys'] = [];
  #segments: FlowBatch['segments'] = [];

  /** `isWhole`: the segments go with it. */
  add({ clientAddress, clientPort, startedAt, lastAt, verdict, why, segments }: JudgedFlow, isWhole: boolean): void {
    const place = this.#numbers.length / FIELDS;
    this.#numbers.push(clientAddress, clientPort, startedAt, lastAt, verdictNames.indexOf(verdict));
    if (why !== '') this.#whys.push([place, why]);
    if (isWhole) this.#segments.push([place, segments]);
  }

  /** What came since the last call; undefined when nothing did. */
  take(): FlowBatch | undefined {
    if (this.#numbers.length === 0) return undefined;
    const batch = { numbers: Float64Array.from(this.#numbers), whys: this.#whys, segments: this.#segments };
    this.#numbers = [];
    this.#whys = [];
    this.#segments = [];
    return batch;
  }
}

/** Gives the clients of a batch another address, and those ports that `ports` names another port. */
export function moveClients({ numbers }: FlowBatch, address: number, ports: Readonly<Record<number, number>>): void {
  for (let at = 0; at < numbers.length; at += FIELDS) {
    const port = numbers[at + CLIENT_PORT] ?? 0;
    numbers[at + CLIENT_ADDRESS] = address;
    numbers[at + CLIENT_PORT] = ports[port] ?? port;
  }
}

export function readFlows({ numbers, whys, segments }: FlowBatch, onFlow: (flow: JudgedFlow) => void): void {
  const whyAt = new Map(whys);
  const segmentsAt = new Map(segments);
  for (let at = 0, place = 0; at < numbers.length; at += FIELDS, place++) {
    const [clientAddress = 0, clientPort = 0, startedAt = 0, lastAt = 0, verdict = 0] = numbers.subarray(
      at,
      at + FIELDS,
    );
    onFlow({
      clientAddress,
      clientPort,
      startedAt,
      lastAt,
      verdict: verdictNames[verdict] ?? 'unjudged',
      why: whyAt.get(place) ?? '',
      segments: segmentsAt.get(place) ?? [],
    });
  }
}
