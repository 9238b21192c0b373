import { STRING_HEADER, STRING_LENGTH } from './layout.ts';
import type { LuaHeap } from './lua-heap.ts';

/**
 * Names of libraries and modules in code. The chip has them in flash as C strings, not as Lua's, so that a name is a
 * string in RAM as long as code uses it; here the libraries' tables keep the string and only its charge comes and goes.
 * A name that a live table uses as a key, but no code, counts as none.
 */
export class LibraryNames {
  readonly #heap: LuaHeap;
  /** How many arrays of constants have each name. */
  readonly #users = new Map<number, number>();
  readonly #namesOf = new Map<number, number[]>();

  constructor(heap: LuaHeap) {
    this.#heap = heap;
    heap.store.onNamesReleased = (constants) => this.#release(constants);
  }

  /** An array of constants uses these strings: the ones that cost nothing are names. */
  use(constants: number, strings: readonly number[]): void {
    const { store } = this.#heap;
    const names = strings.filter((string) => this.#users.has(string) || store.charge(string) === 0);
    if (names.length === 0) return;
    store.markNames(constants);
    this.#namesOf.set(constants, names);
    for (const name of names) {
      const users = this.#users.get(name) ?? 0;
      this.#users.set(name, users + 1);
      if (users === 0) this.#heap.recharge(name, STRING_HEADER + (store.words[(name + STRING_LENGTH) >> 2] ?? 0) + 1);
    }
  }

  #release(constants: number): void {
    for (const name of this.#namesOf.get(constants) ?? []) {
      const users = (this.#users.get(name) ?? 0) - 1;
      this.#users.set(name, users);
      if (users > 0) continue;
      this.#users.delete(name);
      this.#heap.recharge(name, 0);
    }
    this.#namesOf.delete(constants);
  }
}
