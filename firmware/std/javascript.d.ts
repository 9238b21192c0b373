/**
 * The part of JavaScript that compiles to plain Lua. What is missing here would pull in the compiler's runtime
 * library, which costs 300 to 9850 bytes of heap per construct: Map, Set, Promise, Date, JSON, Error, classes' helpers,
 * map, filter, indexOf, split, replace, Number, parseInt.
 */

interface Object {}
interface Function {}
interface CallableFunction extends Function {}
interface NewableFunction extends Function {}
interface IArguments {}
interface Boolean {}
interface Number {}
interface RegExp {}
interface TemplateStringsArray extends ReadonlyArray<string> {}

interface String {
  /** Length in bytes: `#s`. */
  readonly length: number;
}

interface SymbolConstructor {
  readonly iterator: unique symbol;
}
/** For type checking only: symbols do not exist on the device. */
declare var Symbol: SymbolConstructor;

interface IteratorYieldResult<TYield> {
  done?: false;
  value: TYield;
}
interface IteratorReturnResult<TReturn> {
  done: true;
  value: TReturn;
}
type IteratorResult<T, TReturn = unknown> = IteratorYieldResult<T> | IteratorReturnResult<TReturn>;
interface Iterator<T, TReturn = unknown, TNext = unknown> {
  next(...value: [] | [TNext]): IteratorResult<T, TReturn>;
}
interface Iterable<T, TReturn = unknown, TNext = unknown> {
  [Symbol.iterator](): Iterator<T, TReturn, TNext>;
}
interface IterableIterator<T, TReturn = unknown, TNext = unknown> extends Iterator<T, TReturn, TNext> {
  [Symbol.iterator](): IterableIterator<T, TReturn, TNext>;
}

interface ReadonlyArray<T> {
  /** Number of items: `#t`. Undefined where an array has holes. */
  readonly length: number;
  readonly [index: number]: T;
  /** The items as one string: `table.concat`. Items must be strings or numbers. */
  join(this: readonly (string | number)[], separator?: string): string;
  [Symbol.iterator](): IterableIterator<T>;
}

interface Array<T> {
  /** Number of items: `#t`. Undefined where an array has holes. */
  readonly length: number;
  [index: number]: T;
  /** Appends one item: `t[#t + 1] = item`. Two items in one call would cost a runtime library. */
  push(item: T): number;
  /** Takes the last item: `table.remove(t)`. */
  pop(): T | undefined;
  /** Takes the first item and moves all others down: `table.remove(t, 1)`. */
  shift(): T | undefined;
  /** The items as one string: `table.concat`. Items must be strings or numbers. */
  join(this: readonly (string | number)[], separator?: string): string;
  [Symbol.iterator](): IterableIterator<T>;
}
