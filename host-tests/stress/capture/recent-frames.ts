/** Enough for minutes of a slow ladder, for a second at full rate. */
const BYTES = 8 * 1024 * 1024;
const MAX_FRAMES = 65_536;

/** The last frames of a capture, so that what led to a bad end can still be written down when the end is judged. */
export class RecentFrames {
  readonly #bytes = Buffer.allocUnsafe(BYTES);
  readonly #times = new Float64Array(MAX_FRAMES);
  readonly #starts = new Uint32Array(MAX_FRAMES);
  readonly #lengths = new Uint32Array(MAX_FRAMES);
  #next = 0;
  #oldest = 0;
  #end = 0;

  /** Copies a frame in; the oldest ones go when there is no room. */
  add(frame: Uint8Array, t: number): void {
    if (this.#end + frame.length > BYTES) this.#end = 0;
    const [start, end] = [this.#end, this.#end + frame.length];
    while (this.#oldest < this.#next && (this.#next - this.#oldest >= MAX_FRAMES || this.#overlaps(start, end)))
      this.#oldest++;
    const slot = this.#next++ % MAX_FRAMES;
    this.#bytes.set(frame, start);
    this.#times[slot] = t;
    this.#starts[slot] = start;
    this.#lengths[slot] = frame.length;
    this.#end = end;
  }

  /** The frames between two times that are still here, oldest first; the arrays are copies. */
  between(from: number, to: number): { t: number; frame: Uint8Array }[] {
    const found: { t: number; frame: Uint8Array }[] = [];
    for (let index = this.#oldest; index < this.#next; index++) {
      const slot = index % MAX_FRAMES;
      const t = this.#times[slot] ?? 0;
      const start = this.#starts[slot] ?? 0;
      if (t >= from && t <= to)
        found.push({ t, frame: Uint8Array.from(this.#bytes.subarray(start, start + (this.#lengths[slot] ?? 0))) });
    }
    return found;
  }

  /** Whether the oldest frame lies in the bytes that are about to be written. */
  #overlaps(start: number, end: number): boolean {
    const slot = this.#oldest % MAX_FRAMES;
    const oldStart = this.#starts[slot] ?? 0;
    return oldStart < end && oldStart + (this.#lengths[slot] ?? 0) > start;
  }
}
