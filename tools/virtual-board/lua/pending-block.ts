import type { BlockStore } from './block-store.ts';
import {
  DEVICE_UPVALUE_SIZE,
  DEVICE_VALUE_SIZE,
  NODE_SIZE,
  OBJECT_TYPE,
  OBJECT_TYPE_STRING,
  OBJECT_TYPE_UPVALUE,
  STRING_HEADER,
  STRING_LENGTH,
  UPVALUE_SIZE,
  VALUE_SIZE,
} from './layout.ts';

/** Written into a new block where an array of TValues leaves padding and everything else writes something. */
const UNTOUCHED = 0xdeadbeef;

/**
 * Finds out what a new block holds once Lua has filled it, because a value takes 16 bytes here and 12 on the chip, and
 * an upvalue 32 and 24. lua_Alloc is told the size only; the content tells the rest at the next call of the heap.
 */
export class PendingBlock {
  block = 0;
  #size = 0;
  readonly #store: BlockStore;

  constructor(store: BlockStore) {
    this.#store = store;
  }

  watch(block: number, size: number): void {
    if (size % VALUE_SIZE !== 0) return;
    this.block = block;
    this.#size = size;
    const word = block >> 2;
    const { words } = this.#store;
    words[word + 2] = UNTOUCHED;
    words[word + 3] = UNTOUCHED;
    if (size >= NODE_SIZE) words[word + 7] = UNTOUCHED;
  }

  /** The size of the watched block on the chip when it differs, else 0. Ends the watch. */
  settle(): number {
    const size = this.#size;
    if (size === 0) return 0;
    this.#size = 0;
    const { words, bytes } = this.#store;
    const word = this.block >> 2;
    if (size === UPVALUE_SIZE && bytes[this.block + OBJECT_TYPE] === OBJECT_TYPE_UPVALUE) return DEVICE_UPVALUE_SIZE;
    if (bytes[this.block + OBJECT_TYPE] === OBJECT_TYPE_STRING) {
      const length = words[(this.block + STRING_LENGTH) >> 2] ?? 0;
      if (length + STRING_HEADER + 1 === size) return 0;
    }
    const isArray =
      words[word + 2] !== UNTOUCHED &&
      words[word + 3] === UNTOUCHED &&
      (size < NODE_SIZE || words[word + 7] === UNTOUCHED);
    if (!isArray) return 0;
    this.#store.markValues(this.block);
    return onDevice(size);
  }
}

/** The size of an array of TValues on the chip. */
export function onDevice(size: number): number {
  return (size / VALUE_SIZE) * DEVICE_VALUE_SIZE;
}
