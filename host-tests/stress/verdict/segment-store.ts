import type { Segment } from './segment.ts';

/** 32 bytes a segment: the time as one double, and six words. */
const DOUBLES = 4;
const WORDS = 8;
const AT = { seq: 2, ack: 3, len: 4, win: 5, flags: 6, next: 7 };
/** TCP flags take five bits; this one says who sent the segment. */
const FROM_DEVICE = 1 << 8;
const FIRST_CAPACITY = 1024;

/** The end of a chain, and a chain without segments. */
export const NOWHERE = 0xffff_ffff;

/**
 * The segments of many connections, each a chain of places in one block of memory. At full rate two hundred thousand
 * are held at any time, for a second or two: as objects they take five times as much, and twice that again as garbage.
 */
export class SegmentStore {
  #words = new Uint32Array(FIRST_CAPACITY * WORDS);
  #doubles = new Float64Array(this.#words.buffer);
  /** Places up to here were used at least once. */
  #used = 0;
  #free = NOWHERE;

  /** Adds a segment behind the one at `last`; returns its place. */
  add({ t, from, flags, seq, ack, win, len }: Segment, last: number): number {
    const place = this.#take();
    const at = place * WORDS;
    this.#doubles[place * DOUBLES] = t;
    const words = this.#words;
    words[at + AT.seq] = seq;
    words[at + AT.ack] = ack;
    words[at + AT.len] = len;
    words[at + AT.win] = win;
    words[at + AT.flags] = from === 'device' ? flags | FROM_DEVICE : flags;
    words[at + AT.next] = NOWHERE;
    if (last !== NOWHERE) words[last * WORDS + AT.next] = place;
    return place;
  }

  /** The segments of the chain that begins at `first`. */
  read(first: number): Segment[] {
    const segments: Segment[] = [];
    for (let place = first; place !== NOWHERE; place = this.#word(place, AT.next)) {
      const flags = this.#word(place, AT.flags);
      segments.push({
        t: this.#doubles[place * DOUBLES] ?? 0,
        from: flags & FROM_DEVICE ? 'device' : 'client',
        flags: flags & ~FROM_DEVICE,
        seq: this.#word(place, AT.seq),
        ack: this.#word(place, AT.ack),
        win: this.#word(place, AT.win),
        len: this.#word(place, AT.len),
      });
    }
    return segments;
  }

  /** Gives the places of a chain from `first` to `last` back. */
  release(first: number, last: number): void {
    if (first === NOWHERE) return;
    this.#words[last * WORDS + AT.next] = this.#free;
    this.#free = first;
  }

  #take(): number {
    const place = this.#free;
    if (place !== NOWHERE) {
      this.#free = this.#word(place, AT.next);
      return place;
    }
    if ((this.#used + 1) * WORDS > this.#words.length) this.#grow();
    return this.#used++;
  }

  #grow(): void {
    const words = new Uint32Array(2 * this.#words.length);
    words.set(this.#words);
    this.#words = words;
    this.#doubles = new Float64Array(words.buffer);
  }

  #word(place: number, at: number): number {
    return this.#words[place * WORDS + at] ?? 0;
  }
}
