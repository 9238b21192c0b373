import type { Clock, Timer } from '../../../tools/virtual-board/clock.ts';
import { ACK, FIN, PSH, RST, SYN } from '../../stress/verdict/segment.ts';

/** States of RFC 9293 that a peer of ours can be in. */
export type PeerState =
  | 'SYN_SENT'
  | 'SYN_RCVD'
  | 'ESTABLISHED'
  | 'CLOSE_WAIT'
  | 'LAST_ACK'
  | 'FIN_WAIT_1'
  | 'FIN_WAIT_2'
  | 'CLOSING'
  | 'TIME_WAIT'
  | 'CLOSED';

/** When data and FINs are sent again, milliseconds after the first time; measured on Linux 6.18 at a short round trip. */
const AGAIN_MS = [210, 650, 1500, 3100, 6500, 13_000, 26_000, 53_000];
/** When Linux gives up an orphan in LAST_ACK. */
const GIVE_UP_MS = 107_900;
/** SYN again; initial RTO 1 s (RFC 6298). */
const SYN_AGAIN_MS = [1000, 3000, 7000, 15_000, 31_000];
/** At most one challenge ACK in this time and per connection (tcp_invalid_ratelimit). */
const CHALLENGE_MS = 500;

export interface PeerSegment {
  flags: number;
  seq: number;
  ack: number;
  win: number;
  data: Uint8Array;
  mss?: number;
}

/** How data is acknowledged: every `every`-th segment at once, others after `delayMs`. */
export interface AckPolicy {
  every: number;
  delayMs: number;
  /**
   * As Linux with TCP_QUICKACK off: its timer runs in jiffies of 4 ms and fires one late (kernel/time/timer.c rounds up),
   * and after it has fired the next segment is acknowledged as soon as it is read (tcp_delack_timer_handler leaves
   * pingpong mode, tcp_cleanup_rbuf).
   */
  quickAckOff?: true;
}

const JIFFY_MS = 4;

export const ACK_AT_ONCE: AckPolicy = { every: 1, delayMs: 0 };

/** What the program behind a connection is told. Both may send or close. */
export interface PeerEvents {
  opened(connection: LinuxConnection): void;
  received(connection: LinuxConnection, data: Uint8Array): void;
  /** The device's FIN. */
  ended(connection: LinuxConnection): void;
  /** No more will happen: closed, reset, refused or given up. */
  gone(connection: LinuxConnection, why: 'closed' | 'reset' | 'refused' | 'gave-up'): void;
}

export interface ConnectionOptions {
  clock: Clock;
  send: (segment: PeerSegment) => void;
  events: PeerEvents;
  policy: AckPolicy;
  /** Initial sequence number. */
  start: number;
  /** The peer's SYN when it was the device that connected. */
  accepted?: { seq: number };
}

const WINDOW = 64_240;
const EMPTY = new Uint8Array(0);
const distance = (a: number, b: number): number => (a - b) | 0;

/**
 * One TCP connection as Linux has it, in so far as the experiments ask: retransmission, RFC 5961, acknowledgement
 * policy. In-order data only: what comes early is acknowledged as a duplicate and has to come again.
 */
export class LinuxConnection {
  state: PeerState;
  readonly #options: ConnectionOptions;
  #next: number;
  #acked: number;
  #received: number;
  #outstanding: PeerSegment[] = [];
  #again: Timer | undefined;
  #delayed: Timer | undefined;
  #unacked = 0;
  #isNextQuick = false;
  #lastChallenge = -Infinity;
  challenges = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#next = options.start;
    this.#acked = options.start;
    const { accepted } = options;
    this.#received = accepted ? (accepted.seq + 1) >>> 0 : 0;
    this.state = accepted ? 'SYN_RCVD' : 'SYN_SENT';
    this.#queue(accepted ? SYN | ACK : SYN, EMPTY, 1460);
  }

  write(data: Uint8Array): void {
    this.#queue(ACK | PSH, data);
  }

  /** Sends FIN: the program is done. */
  close(): void {
    if (this.state === 'ESTABLISHED') this.state = 'FIN_WAIT_1';
    else if (this.state === 'CLOSE_WAIT') this.state = 'LAST_ACK';
    else return;
    this.#delayed?.cancel();
    this.#queue(FIN | ACK, EMPTY);
  }

  take(segment: PeerSegment): void {
    if (this.state === 'CLOSED') return;
    if (segment.flags & RST) this.#takeReset(segment);
    else if (this.state === 'SYN_SENT') this.#takeSynAck(segment);
    else this.#takeSegment(segment);
  }

  #takeSynAck(segment: PeerSegment): void {
    if (!(segment.flags & SYN) || segment.ack !== this.#next) {
      // RFC 9293 section 3.10.7.3: an acknowledgement of something else is answered by a reset.
      if (segment.flags & ACK) this.#send(RST, segment.ack, EMPTY);
      return;
    }
    this.#received = (segment.seq + 1) >>> 0;
    this.#acknowledge(segment.ack);
    this.state = 'ESTABLISHED';
    this.#sendAck();
    this.#options.events.opened(this);
  }

  /** RFC 5961 section 3: only the exact number resets; any other in the window draws a challenge ACK. */
  #takeReset({ seq, ack, flags }: PeerSegment): void {
    if (this.state === 'SYN_SENT') {
      if (flags & ACK && ack === this.#next) this.#end('refused');
      return;
    }
    if (this.state === 'TIME_WAIT') return;
    const offset = distance(seq, this.#received);
    if (offset === 0) this.#end('reset');
    else if (offset > 0 && offset < WINDOW) this.#challenge();
  }

  #challenge(): void {
    const now = this.#options.clock.now();
    if (now - this.#lastChallenge < CHALLENGE_MS) return;
    this.#lastChallenge = now;
    this.challenges++;
    this.#sendAck();
  }

  #takeSegment(segment: PeerSegment): void {
    if (segment.flags & ACK) this.#acknowledge(segment.ack);
    if (segment.data.length === 0 && !(segment.flags & (FIN | SYN))) return;
    if (segment.seq !== this.#received || segment.flags & SYN) {
      this.#sendAck();
      return;
    }
    if (segment.data.length > 0) this.#takeData(segment.data);
    if (segment.flags & FIN) this.#takeFin();
  }

  #takeData(data: Uint8Array): void {
    const { policy, clock, events } = this.#options;
    this.#received = (this.#received + data.length) >>> 0;
    this.#unacked++;
    if (this.#unacked >= policy.every || this.#isNextQuick) this.#sendAck();
    else this.#delayed ??= clock.after(delayFrom(clock.now(), policy), () => this.#sendLateAck());
    events.received(this, data);
  }

  #takeFin(): void {
    this.#received = (this.#received + 1) >>> 0;
    if (this.state === 'ESTABLISHED') {
      this.state = 'CLOSE_WAIT';
      const sent = this.#next;
      this.#options.events.ended(this);
      // A program that closes at once acknowledges with its own FIN.
      if (this.#next === sent) this.#sendAck();
      return;
    }
    this.#sendAck();
    if (this.state === 'FIN_WAIT_1') this.state = 'CLOSING';
    else if (this.state === 'FIN_WAIT_2') this.#end('closed', 'TIME_WAIT');
  }

  #acknowledge(ack: number): void {
    if (distance(ack, this.#acked) <= 0 || distance(ack, this.#next) > 0) return;
    this.#acked = ack;
    this.#outstanding = this.#outstanding.filter((segment) => distance(endOf(segment), ack) > 0);
    this.#again?.cancel();
    if (this.#outstanding.length > 0) this.#scheduleAgain(0, this.#options.clock.now());
    if (this.state === 'SYN_RCVD') {
      this.state = 'ESTABLISHED';
      this.#options.events.opened(this);
    }
    if (this.#outstanding.length > 0) return;
    if (this.state === 'FIN_WAIT_1') this.state = 'FIN_WAIT_2';
    else if (this.state === 'LAST_ACK') this.#end('closed');
    else if (this.state === 'CLOSING') this.#end('closed', 'TIME_WAIT');
  }

  #queue(flags: number, data: Uint8Array, mss?: number): void {
    const segment: PeerSegment = {
      flags,
      seq: this.#next,
      ack: this.#received,
      win: WINDOW,
      data,
      ...(mss !== undefined && { mss }),
    };
    this.#next = endOf(segment);
    this.#outstanding.push(segment);
    if (this.#outstanding.length === 1) this.#scheduleAgain(0, this.#options.clock.now());
    this.#transmit(segment);
  }

  #scheduleAgain(round: number, first: number): void {
    const schedule = this.state === 'SYN_SENT' || this.state === 'SYN_RCVD' ? SYN_AGAIN_MS : AGAIN_MS;
    const at = schedule[round] ?? GIVE_UP_MS;
    this.#again = this.#options.clock.after(first + at - this.#options.clock.now(), () => {
      const [segment] = this.#outstanding;
      if (!segment) return;
      if (round >= schedule.length) {
        this.#end('gave-up');
        return;
      }
      this.#transmit(segment);
      this.#scheduleAgain(round + 1, first);
    });
  }

  #transmit(segment: PeerSegment): void {
    this.#noteAcknowledged();
    this.#options.send({ ...segment, ack: segment.flags & ACK ? this.#received : 0 });
  }

  #sendAck(): void {
    this.#noteAcknowledged();
    this.#send(ACK, this.#next, EMPTY);
  }

  #sendLateAck(): void {
    this.#sendAck();
    this.#isNextQuick = this.#options.policy.quickAckOff ?? false;
  }

  #noteAcknowledged(): void {
    this.#unacked = 0;
    this.#isNextQuick = false;
    this.#delayed?.cancel();
    this.#delayed = undefined;
  }

  #send(flags: number, seq: number, data: Uint8Array): void {
    this.#options.send({ flags, seq, ack: flags & ACK ? this.#received : 0, win: flags & RST ? 0 : WINDOW, data });
  }

  #end(why: 'closed' | 'reset' | 'refused' | 'gave-up', state: PeerState = 'CLOSED'): void {
    this.state = state;
    this.#again?.cancel();
    this.#delayed?.cancel();
    this.#options.events.gone(this, why);
  }
}

function delayFrom(now: number, { delayMs, quickAckOff }: AckPolicy): number {
  if (!quickAckOff) return delayMs;
  const jiffies = Math.floor(now / JIFFY_MS) + delayMs / JIFFY_MS + 1;
  return jiffies * JIFFY_MS - now;
}

const endOf = ({ seq, data, flags }: PeerSegment): number =>
  (seq + data.length + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0)) >>> 0;
