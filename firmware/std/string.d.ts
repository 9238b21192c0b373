/**
 * Lua's string functions, as methods (`s.find('x')` becomes `s:find("x")`) and as functions of `string`. Positions
 * start at 1 and count bytes; negative positions count from the end. Patterns are Lua's, not regular expressions.
 */

interface String {
  /** Codes of the bytes `first` to `last`; none beyond the end. */
  byte(this: string, first?: number): number | undefined;
  byte(this: string, first: number, last: number): LuaMultiReturn<(number | undefined)[]>;
  /** First and last position of the first match, then its captures; nil when there is none. `plain` switches patterns off. */
  find(
    this: string,
    pattern: string,
    from?: number,
    plain?: boolean,
  ): LuaMultiReturn<[first: number, last: number, ...captures: string[]] | [undefined, undefined]>;
  /** This string as a format: `%d %s %q %x %5.1f %%`. */
  format(this: string, ...values: (string | number)[]): string;
  /** Iterates over all matches. */
  gmatch(this: string, pattern: string): LuaIterable<LuaMultiReturn<[first: string, ...more: string[]]>>;
  /** Replaces matches; returns the result and how many there were. */
  gsub(
    this: string,
    pattern: string,
    replacement: string | Record<string, string> | ((this: void, ...captures: string[]) => string | undefined),
    limit?: number,
  ): LuaMultiReturn<[result: string, count: number]>;
  lower(this: string): string;
  /** The captures of the first match, or the whole match; nil when there is none. */
  match(this: string, pattern: string, from?: number): LuaMultiReturn<(string | undefined)[]>;
  /** `count` copies. */
  rep(this: string, count: number): string;
  reverse(this: string): string;
  /** Bytes `first` to `last` (default -1, the end). */
  sub(this: string, first: number, last?: number): string;
  upper(this: string): string;
}

/** @noSelf */
declare namespace string {
  function byte(s: string, first?: number): number | undefined;
  function byte(s: string, first: number, last: number): LuaMultiReturn<(number | undefined)[]>;
  function char(...codes: number[]): string;
  /** The bytecode of a function; `strip` is NodeMCU's: 0 keeps debug information, 1 line numbers only, 2 none. */
  function dump(f: (this: void, ...args: never[]) => unknown, strip?: 0 | 1 | 2): string;
  function find(
    s: string,
    pattern: string,
    from?: number,
    plain?: boolean,
  ): LuaMultiReturn<[first: number, last: number, ...captures: string[]] | [undefined, undefined]>;
  function format(format: string, ...values: (string | number)[]): string;
  function gmatch(s: string, pattern: string): LuaIterable<LuaMultiReturn<[first: string, ...more: string[]]>>;
  function gsub(
    s: string,
    pattern: string,
    replacement: string | Record<string, string> | ((this: void, ...captures: string[]) => string | undefined),
    limit?: number,
  ): LuaMultiReturn<[result: string, count: number]>;
  function len(s: string): number;
  function lower(s: string): string;
  function match(s: string, pattern: string, from?: number): LuaMultiReturn<(string | undefined)[]>;
  function rep(s: string, count: number): string;
  function reverse(s: string): string;
  function sub(s: string, first: number, last?: number): string;
  function upper(s: string): string;
}
