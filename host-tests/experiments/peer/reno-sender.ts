import type { Clock, Timer } from '../../../tools/virtual-board/clock.ts';
import { ACK, distance, PSH, SYN } from '../../stress/verdict/segment.ts';
import type { PeerSegment } from './linux-connection.ts';

/** RFC 6298 sections 2.1, 2.4 and 2.5. */
const [INITIAL_RTO_MS, LEAST_RTO_MS, MOST_RTO_MS] = [1000, 1000, 60_000];
/** RFC 5681 section 3.1, for a segment size between 1096 and 2190 bytes. */
const INITIAL_SEGMENTS = 3;
const DUPLICATES = 3;
const EMPTY = new Uint8Array(0);

export interface RenoOptions {
  clock: Clock;
  send: (segment: PeerSegment) => void;
  mss: number;
  /** Initial sequence number. */
  start: number;
}

/**
 * A connection that always has more to send, by the rules of Reno: RFC 5681 for windows and fast recovery, RFC 6298 with
 * Karn's rule for the timer, everything from the first lost byte on again after a timeout. No SACK, no NewReno.
 */
export class RenoSender {
  /** Segments sent more than once. */
  retransmissions = 0;
  timeouts = 0;
  readonly #options: RenoOptions;
  #isOpen = false;
  #received = 0;
  #una: number;
  #next: number;
  /** End of everything ever sent. */
  #highest: number;
  #peerWindow = 0;
  #window: number;
  #threshold = Infinity;
  #duplicates = 0;
  #isRecovering = false;
  #timer: Timer | undefined;
  #rto = INITIAL_RTO_MS;
  #smoothed: number | undefined;
  #deviation = 0;
  #timed: { end: number; at: number } | undefined;

  constructor(options: RenoOptions) {
    this.#options = options;
    this.#una = options.start;
    this.#next = (options.start + 1) >>> 0;
    this.#highest = this.#next;
    this.#window = INITIAL_SEGMENTS * options.mss;
    this.#sendSyn();
  }

  take({ flags, seq, ack, win }: PeerSegment): void {
    if (!(flags & ACK)) return;
    if (!this.#isOpen) {
      if (!(flags & SYN) || ack !== this.#next) return;
      this.#isOpen = true;
      this.#received = (seq + 1) >>> 0;
      this.#timer?.cancel();
      this.#timer = undefined;
      this.#rto = INITIAL_RTO_MS;
      this.#una = ack;
      this.#peerWindow = win;
      this.#acknowledge();
      this.#fill();
      return;
    }
    const grown = win > this.#peerWindow;
    this.#peerWindow = win;
    if (distance(ack, this.#una) > 0) this.#takeNew(ack);
    else if (ack === this.#una && !grown && this.#next !== this.#una) this.#takeDuplicate();
    this.#fill();
  }

  #takeNew(ack: number): void {
    const { mss } = this.#options;
    const acked = distance(ack, this.#una);
    this.#una = ack;
    if (distance(this.#next, ack) < 0) this.#next = ack;
    this.#duplicates = 0;
    this.#measure(ack);
    if (this.#isRecovering) {
      this.#isRecovering = false;
      this.#window = this.#threshold;
    } else if (this.#window < this.#threshold) this.#window += Math.min(acked, mss);
    else this.#window += Math.max(1, Math.floor((mss * mss) / this.#window));
    this.#restartTimer();
  }

  /** RFC 5681 section 3.2. */
  #takeDuplicate(): void {
    const { mss } = this.#options;
    this.#duplicates++;
    if (this.#isRecovering) this.#window += mss;
    else if (this.#duplicates === DUPLICATES) {
      this.#threshold = this.#halfOfFlight();
      this.#window = this.#threshold + DUPLICATES * mss;
      this.#isRecovering = true;
      this.#timed = undefined;
      this.#transmit(this.#una);
      this.#restartTimer();
    }
  }

  #halfOfFlight(): number {
    return Math.max(distance(this.#highest, this.#una) / 2, 2 * this.#options.mss);
  }

  /** Whole segments only: what is less than one waits (RFC 9293 section 3.8.6.2.1). */
  #fill(): void {
    const { mss, clock } = this.#options;
    const usable = Math.min(this.#window, this.#peerWindow);
    while (distance(this.#next, this.#una) + mss <= usable) {
      const end = (this.#next + mss) >>> 0;
      if (this.#next === this.#highest) this.#timed ??= { end, at: clock.now() };
      this.#transmit(this.#next);
      this.#next = end;
      if (distance(end, this.#highest) > 0) this.#highest = end;
      this.#timer ??= this.#startTimer();
    }
  }

  #transmit(seq: number): void {
    if (distance(seq, this.#highest) < 0) this.retransmissions++;
    const { mss, send } = this.#options;
    send({ flags: ACK | PSH, seq, ack: this.#received, win: WINDOW, data: new Uint8Array(mss) });
  }

  #acknowledge(): void {
    this.#options.send({ flags: ACK, seq: this.#next, ack: this.#received, win: WINDOW, data: EMPTY });
  }

  #sendSyn(): void {
    const { send, start, mss } = this.#options;
    send({ flags: SYN, seq: start, ack: 0, win: WINDOW, data: EMPTY, mss });
    this.#timer = this.#startTimer();
  }

  #restartTimer(): void {
    this.#timer?.cancel();
    this.#timer = this.#una === this.#highest ? undefined : this.#startTimer();
  }

  #startTimer(): Timer {
    return this.#options.clock.after(this.#rto, () => this.#expire());
  }

  /** RFC 6298 section 5.4 to 5.6, RFC 5681 section 3.1. */
  #expire(): void {
    this.timeouts++;
    this.#rto = Math.min(2 * this.#rto, MOST_RTO_MS);
    if (!this.#isOpen) {
      this.#sendSyn();
      return;
    }
    this.#threshold = this.#halfOfFlight();
    this.#window = this.#options.mss;
    this.#isRecovering = false;
    this.#duplicates = 0;
    this.#timed = undefined;
    this.#next = this.#una;
    this.#timer = undefined;
    this.#fill();
    // A window that has closed: one segment all the same, as a probe.
    this.#timer ??= this.#startTimer();
  }

  /** RFC 6298 section 2; a segment sent twice is not timed (section 3), and the backed-off timeout stays until one is. */
  #measure(ack: number): void {
    if (!this.#timed || distance(ack, this.#timed.end) < 0) return;
    const sample = this.#options.clock.now() - this.#timed.at;
    this.#timed = undefined;
    if (this.#smoothed === undefined) {
      this.#smoothed = sample;
      this.#deviation = sample / 2;
    } else {
      this.#deviation = 0.75 * this.#deviation + 0.25 * Math.abs(this.#smoothed - sample);
      this.#smoothed = 0.875 * this.#smoothed + 0.125 * sample;
    }
    this.#rto = Math.max(LEAST_RTO_MS, this.#smoothed + 4 * this.#deviation);
  }
}

const WINDOW = 64_240;
