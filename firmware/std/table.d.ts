/** @noSelf */
declare namespace table {
  /** The items `first` to `last` as one string. */
  function concat(list: readonly (string | number)[], separator?: string, first?: number, last?: number): string;
  function insert<T>(list: T[], value: T): void;
  /** Inserts before `position` (from 1) and moves the rest up. */
  function insert<T>(list: T[], position: number, value: T): void;
  /** The largest positive numeric key: visits the whole table. */
  function maxn(table: object): number;
  /** Takes the item at `position` (from 1, default the last) and moves the rest down. */
  function remove<T>(list: T[], position?: number): T | undefined;
  /** Sorts in place; `before` must be a strict order. */
  function sort<T>(list: T[], before?: (this: void, a: T, b: T) => boolean): void;
}
