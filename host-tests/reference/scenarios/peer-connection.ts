import type { AutoAck, SegmentRecord, SendSpec } from './scenario.ts';
import { letterLength, type RawSegment } from './wire-format.ts';

const DEFAULT_WINDOW = 29_200;
/** Longer data is not recorded. */
const RECORDED = 120;

const isRecorded = (data: Uint8Array): boolean => data.length > 0 && data.length <= RECORDED;

/** The peer's side of one connection: positions, nothing else. It does only what it is told. */
export class PeerConnection {
  readonly name: string;
  readonly peerPort: number;
  readonly devicePort: number;
  readonly zero: number;
  autoAck: AutoAck | undefined;
  /** Segments since the last automatic acknowledgement. */
  unacknowledged = 0;
  ackScheduled = false;
  /** Everything the device has sent, in order. */
  received = '';
  #deviceZero: number | undefined;
  #next = 0;
  #window = DEFAULT_WINDOW;
  #expected = 0;
  readonly #early: { seq: number; end: number; text: string }[] = [];

  constructor(name: string, peerPort: number, devicePort: number, zero: number) {
    this.name = name;
    this.peerPort = peerPort;
    this.devicePort = devicePort;
    this.zero = zero;
  }

  /** Next relative number that the peer expects. */
  get expected(): number {
    return this.#expected;
  }

  get next(): number {
    return this.#next;
  }

  encode(spec: SendSpec): RawSegment {
    const text = spec.fill === undefined ? (spec.data ?? '') : spec.fill.repeat(spec.len ?? 0);
    const seq = spec.seq ?? this.#next;
    if (spec.win !== undefined) this.#window = spec.win;
    if (!spec.stray && !spec.badChecksum) {
      this.#next = Math.max(this.#next, seq + text.length + letterLength(spec.flags));
    }
    const ack = spec.ack ?? this.#expected;
    return {
      sourcePort: this.peerPort,
      destinationPort: this.devicePort,
      sequence: (this.zero + seq) >>> 0,
      acknowledgment: spec.flags.includes('A') ? ((this.#deviceZero ?? 0) + ack) >>> 0 : (spec.ack ?? 0),
      flags: spec.flags,
      window: this.#window,
      mss: spec.mss,
      data: Buffer.from(text, 'latin1'),
    };
  }

  /** Keeps count of what the device has sent. */
  take(segment: RawSegment): void {
    const isSyn = segment.flags.includes('S');
    if (isSyn && this.#deviceZero !== segment.sequence) {
      this.#deviceZero = segment.sequence;
      this.#expected = 0;
      this.#early.length = 0;
    }
    const seq = this.#relative(segment.sequence);
    const end = seq + segment.data.length + letterLength(segment.flags);
    if (end <= seq || segment.flags.includes('R')) return;
    this.#early.push({ seq, end, text: Buffer.from(segment.data).toString('latin1') });
    for (let found = this.#nextEarly(); found; found = this.#nextEarly()) {
      this.received += found.text.slice(Math.max(0, this.#expected - found.seq));
      this.#expected = found.end;
    }
  }

  #nextEarly(): { seq: number; end: number; text: string } | undefined {
    return this.#early.find(({ seq, end }) => seq <= this.#expected && end > this.#expected);
  }

  #relative(sequence: number): number {
    return (sequence - (this.#deviceZero ?? 0)) | 0;
  }

  record(t: number, dir: 'peer' | 'device', segment: RawSegment): SegmentRecord {
    const fromDevice = dir === 'device';
    const hasAck = segment.flags.includes('A');
    const isRaw = fromDevice && segment.flags.includes('R') && segment.sequence === 0 && this.#deviceZero !== undefined;
    const seq = fromDevice ? this.#relative(segment.sequence) : (segment.sequence - this.zero) | 0;
    const ack = fromDevice ? (segment.acknowledgment - this.zero) | 0 : this.#relative(segment.acknowledgment);
    return {
      t,
      conn: this.name,
      dir,
      flags: segment.flags,
      seq: isRaw ? 0 : seq,
      ack: hasAck ? ack : 0,
      len: segment.data.length,
      win: segment.window,
      ...(segment.mss !== undefined && { mss: segment.mss }),
      ...(isRecorded(segment.data) && { data: Buffer.from(segment.data).toString('latin1') }),
      ...(isRaw && { seqRaw: true }),
    };
  }
}
