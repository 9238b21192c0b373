import type { Random } from '../../../../tools/virtual-board/random.ts';
import { ACK, FIN, PSH, RST, SYN, type Segment } from '../segment.ts';

type Side = Segment['from'];

/**
 * Writes the segments of one connection as a capture at the client's end would hold them, with the accidents of a
 * lossy, reordering network in between: retransmitted requests and responses, duplicates, swapped neighbours. What
 * a verdict is about (SYN, FIN, RST) is never lost by accident: a FIN that is lost and sent again looks on the wire
 * exactly like one that was not acknowledged, and gets the same verdict.
 */
export class Trace {
  readonly segments: Segment[] = [];
  readonly #random: Random;
  readonly #rtt: number;
  readonly #accidents: number;
  #t = 0;
  /** Next sequence number of each side. */
  readonly #next: Record<Side, number>;

  /** `accidents`: probability of an accident at each place where one can happen. */
  constructor(random: Random, accidents: number) {
    this.#random = random;
    this.#accidents = accidents;
    this.#rtt = 0.2 + 30 * random() ** 3;
    this.#next = { client: this.number(0, 2 ** 32 - 1), device: this.number(0, 2 ** 32 - 1) };
  }

  /** A whole number from `low` to `high`. */
  number(low: number, high: number): number {
    return low + Math.floor(this.#random() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  /** When the last segment was seen. */
  get now(): number {
    return this.#t;
  }

  wait(milliseconds: number): this {
    this.#t += milliseconds;
    return this;
  }

  /** The time until an answer of the device is back. */
  trip(): this {
    return this.wait(this.#rtt * (0.9 + 0.2 * this.#random()));
  }

  /** A segment with the side's next sequence number, shifted by `shift`; FIN, SYN and data move that number on. */
  put(from: Side, flags: number, len = 0, shift = 0): this {
    const other = from === 'client' ? 'device' : 'client';
    const seq = (this.#next[from] + shift) >>> 0;
    const ack = flags & ACK ? this.#next[other] : 0;
    this.segments.push({ t: this.#t, from, flags, seq, ack, win: 5840, len });
    if (shift === 0) this.#next[from] = (seq + len + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0)) >>> 0;
    if (from === 'device' && this.#accident()) this.#duplicate();
    return this;
  }

  /** The side's last segment that carried SYN, FIN or data, once more, acknowledging what has come meanwhile. */
  again(from: Side): this {
    const last = this.segments.findLast((one) => one.from === from && (one.len > 0 || one.flags & (SYN | FIN)));
    if (!last) throw new Error('nothing to send again');
    const ack = last.flags & ACK ? this.#next[from === 'client' ? 'device' : 'client'] : 0;
    this.segments.push({ ...last, t: this.#t, ack });
    return this;
  }

  open(): this {
    return this.put('client', SYN)
      .trip()
      .put('device', SYN | ACK)
      .wait(0.05)
      .put('client', ACK);
  }

  request(): this {
    this.wait(0.1).put('client', ACK | PSH, this.number(30, 400));
    if (this.#accident()) this.wait(201 + this.#rtt).again('client');
    return this;
  }

  /** One to four segments, each acknowledged; sometimes lost and sent again after the device's RTO, or swapped. */
  response(): this {
    const count = this.number(1, 4);
    this.trip();
    for (let index = 0; index < count; index++) {
      if (this.#accident()) this.wait(750);
      this.put('device', ACK | PSH, this.number(1, 1460));
      if (this.#accident()) this.#swap();
      this.wait(0.05).put('client', ACK);
      if (this.#accident()) this.wait(760).again('device').wait(0.05).put('client', ACK);
    }
    return this;
  }

  #accident(): boolean {
    return this.chance(this.#accidents);
  }

  /** The network delivers the last segment twice. */
  #duplicate(): void {
    const last = this.segments.at(-1);
    if (last) this.wait(0.2).segments.push({ ...last, t: this.#t });
  }

  /** The last two segments of the device arrive the other way round. */
  #swap(): void {
    const [a, b] = this.segments.slice(-2);
    if (a?.from !== 'device' || b?.from !== 'device' || (a.flags | b.flags) & (SYN | FIN | RST)) return;
    this.segments.splice(-2, 2, { ...b, t: a.t }, { ...a, t: b.t });
  }
}
