import { luaQuote } from './device-files.ts';

/** Where the swap is written down; the generated init.lua runs it first, so that a reset in the middle finishes it. */
export const commitName = '~commit';
/** Names of the files that came from here, one per line: only those may be removed when they go stale. */
export const ownedName = '~files';
/** Its presence makes the generated init.lua stop once before the application. */
export const safeModeName = '~safe';
/** Where an init.lua that knows nothing of `~safe` lies while a board is kept from running its application. */
export const setAsideName = '~init';

export interface Swap {
  /** Name under which the verified bytes lie. */
  temporary: string;
  name: string;
}

/**
 * A Lua script that puts verified files in the place of the old ones. Running it again from the start is always right:
 * a file whose temporary name is gone has its new bytes already.
 */
export function commitScript(swaps: readonly Swap[], stale: readonly string[]): string {
  const lines = swaps.map(({ temporary, name }) => `p(${luaQuote(temporary)},${luaQuote(name)})`);
  return [
    'local e,d,r=file.exists,file.remove,file.rename',
    'local function p(t,n)if e(t)then d(n)r(t,n)end end',
    ...lines,
    ...stale.map((name) => `d(${luaQuote(name)})`),
    `d(${luaQuote(commitName)})`,
    '',
  ].join('\n');
}

/**
 * The order of the swap. An init.lua that knows how to finish a swap goes first: from then on a reset finishes the rest,
 * whatever init.lua was there before. Any other goes last.
 */
export function orderSwaps<T extends Swap & { bytes: Uint8Array }>(swaps: readonly T[]): T[] {
  const isEntry = ({ name }: Swap): boolean => name === 'init.lua';
  const entries = swaps.filter(isEntry);
  const others = swaps.filter((swap) => !isEntry(swap));
  const finishes = entries.some(({ bytes }) => Buffer.from(bytes).includes(commitName));
  return finishes ? [...entries, ...others] : [...others, ...entries];
}
