/**
 * Operations on 32-bit integers; results are signed. TypeScript's `&`, `|`, `^`, `~`, `<<`, `>>` and `>>>` compile to
 * these functions, so they need this module in the firmware image. Shifts are 0 to 31; positions count from 0, the
 * least significant bit.
 * @noSelf
 */
declare namespace bit {
  function bnot(value: number): number;
  function band(first: number, second: number, ...more: number[]): number;
  function bor(first: number, second: number, ...more: number[]): number;
  function bxor(first: number, second: number, ...more: number[]): number;
  function lshift(value: number, shift: number): number;
  /** Fills with zeros. */
  function rshift(value: number, shift: number): number;
  /** Fills with the sign. */
  function arshift(value: number, shift: number): number;
  /** The number in which only this bit is set. */
  function bit(position: number): number;
  function set(value: number, position: number, ...more: number[]): number;
  function clear(value: number, position: number, ...more: number[]): number;
  function isset(value: number, position: number): boolean;
  function isclear(value: number, position: number): boolean;
}
