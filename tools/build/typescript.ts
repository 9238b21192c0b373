import { createRequire } from 'node:module';
import type TypeScript from 'typescript';

/**
 * The compiler, loaded as the CommonJS module that it is. An `import` would first search its nine megabytes for the
 * names of exports, which takes longer than loading it.
 */
export const ts = createRequire(import.meta.url)('typescript') as typeof TypeScript;
