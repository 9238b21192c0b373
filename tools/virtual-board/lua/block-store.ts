/** Bytes before each block: what it is charged, and flags. */
const HEADER = 8;
const FLAG_OBJECT = 1;
const FLAG_VALUES = 2;
const FLAG_NAMES = 3;
const SMALL_LIMIT = 2048;
const LARGE_STEP = 1024;

/**
 * Memory for Lua's blocks inside the WebAssembly memory: free lists by size class, no coalescing, last in first out (as
 * on the chip, an object of the same size soon lands on the address of a freed one).
 */
export class BlockStore {
  readonly words: Uint32Array;
  readonly bytes: Uint8Array;
  /** Called with the address of a released block that was marked by `markObject`. */
  onObjectReleased: (block: number) => void = () => undefined;
  /** The same for a block that was marked by `markNames`. */
  onNamesReleased: (block: number) => void = () => undefined;

  readonly #freeLists: number[] = [];
  readonly #sizeClass: Uint16Array;
  readonly #base: number;
  readonly #end: number;
  #next: number;

  constructor(memory: WebAssembly.Memory, base: number, size: number) {
    this.words = new Uint32Array(memory.buffer);
    this.bytes = new Uint8Array(memory.buffer);
    this.#base = base;
    this.#next = (base + 7) & ~7;
    this.#end = base + size;
    this.#sizeClass = new Uint16Array(size >> 3);
    const classes = SMALL_LIMIT / 8 + 1 + size / LARGE_STEP + 1;
    for (let index = 0; index < classes; index++) this.#freeLists.push(0);
  }

  /** Address of a block of at least `size` bytes, 8-aligned; 0 when the store is exhausted. */
  take(size: number): number {
    const sizeClass = classOf(size);
    const head = this.#freeLists[sizeClass] ?? 0;
    if (head !== 0) {
      this.#freeLists[sizeClass] = this.words[head >> 2] ?? 0;
      this.words[(head - 4) >> 2] = 0;
      return head;
    }
    const block = this.#next + HEADER;
    const end = block + classSize(sizeClass);
    if (end > this.#end) return 0;
    this.#next = end;
    this.#sizeClass[(block - this.#base) >> 3] = sizeClass;
    this.words[(block - 4) >> 2] = 0;
    return block;
  }

  /** Like realloc: moves the block when its size class changes. Charge and flags move with it. */
  resize(block: number, size: number): number {
    const sizeClass = this.#sizeClass[(block - this.#base) >> 3] ?? 0;
    if (classOf(size) === sizeClass) return block;
    const moved = this.take(size);
    if (moved === 0) return 0;
    this.bytes.copyWithin(moved, block, block + Math.min(size, classSize(sizeClass)));
    this.words[(moved - 8) >> 2] = this.words[(block - 8) >> 2] ?? 0;
    this.words[(moved - 4) >> 2] = this.words[(block - 4) >> 2] ?? 0;
    this.words[(block - 4) >> 2] = 0;
    this.release(block);
    return moved;
  }

  /** Frees the block; returns what it was charged. */
  release(block: number): number {
    const header = (block - HEADER) >> 2;
    const flag = this.words[header + 1] ?? 0;
    if (flag === FLAG_OBJECT) this.onObjectReleased(block);
    else if (flag === FLAG_NAMES) this.onNamesReleased(block);
    const sizeClass = this.#sizeClass[(block - this.#base) >> 3] ?? 0;
    this.words[block >> 2] = this.#freeLists[sizeClass] ?? 0;
    this.#freeLists[sizeClass] = block;
    return this.words[header] ?? 0;
  }

  charge(block: number): number {
    return this.words[(block - HEADER) >> 2] ?? 0;
  }

  setCharge(block: number, charge: number): void {
    this.words[(block - HEADER) >> 2] = charge;
  }

  markObject(block: number): void {
    this.words[(block - 4) >> 2] = FLAG_OBJECT;
  }

  /** Marks an array of TValues: a block whose size differs on the chip, also after it has grown. */
  markValues(block: number): void {
    this.words[(block - 4) >> 2] = FLAG_VALUES;
  }

  /** Marks an array of constants that is never resized and has names of libraries. */
  markNames(block: number): void {
    this.words[(block - 4) >> 2] = FLAG_NAMES;
  }

  holdsValues(block: number): boolean {
    return this.words[(block - 4) >> 2] === FLAG_VALUES;
  }
}

function classOf(size: number): number {
  if (size <= SMALL_LIMIT) return (size + 7) >> 3;
  return SMALL_LIMIT / 8 + Math.ceil((size - SMALL_LIMIT) / LARGE_STEP);
}

function classSize(sizeClass: number): number {
  const small = SMALL_LIMIT / 8;
  return sizeClass <= small ? Math.max(8, sizeClass * 8) : SMALL_LIMIT + (sizeClass - small) * LARGE_STEP;
}
