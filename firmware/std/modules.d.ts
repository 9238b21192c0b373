/**
 * Modules at run time. An `import` is loaded at boot; what is needed rarely is loaded with `require`, used, and dropped:
 *
 *     const status = require<typeof import('./status.ts')>($module('./status.ts'));
 *     status.report();
 *     luaPackage.loaded[$module('./status.ts')] = undefined;
 *
 * @noSelfInFile
 */

/** The name on the device of a module of this project, as a constant: resolved at build time, relative to this file. */
declare function $module(path: string): string;

/** Loads a module once and returns its exports. */
declare function require<T = unknown>(name: string): T;

/** @customName package */
declare const luaPackage: {
  /** Modules by name; clearing a field lets the collector take the module. */
  readonly loaded: Record<string, unknown>;
  /** Where `require` looks: `?.lc;?.lua`. */
  path: string;
};
