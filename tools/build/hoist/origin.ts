import type * as lua from 'typescript-to-lua';

/** The TypeScript file of a statement that was moved into code of another one. */
export const originOf = new WeakMap<lua.Statement, string>();
