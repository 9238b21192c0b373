/**
 * What NodeMCU keeps of Lua's math library: no trigonometry, no logarithms.
 * @noSelf
 */
declare namespace math {
  const huge: number;
  const pi: number;
  function abs(x: number): number;
  function ceil(x: number): number;
  function floor(x: number): number;
  function max(x: number, ...more: number[]): number;
  function min(x: number, ...more: number[]): number;
  function pow(x: number, y: number): number;
  /** A fraction in [0, 1), a whole number in [1, last], or one in [first, last]. */
  function random(): number;
  function random(last: number): number;
  function random(first: number, last: number): number;
  function randomseed(seed: number): void;
  function sqrt(x: number): number;
}
