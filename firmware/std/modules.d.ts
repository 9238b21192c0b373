/**
 * Modules and other files of the project at run time. An `import` is loaded at boot; what is needed rarely is loaded
 * with `require`, used, and dropped:
 *
 *     const status = require<typeof import('./status.ts')>($module('./status.ts'));
 *     status.report();
 *     luaPackage.loaded[$module('./status.ts')] = undefined;
 *
 * @noSelfInFile
 */

/** The name on the device of a module of this project, as a constant: resolved at build time, relative to this file. */
declare function $module(path: string): string;

/** A file that the build prepares and puts on the board; each field is a constant in the code that names it. */
interface BoardAsset {
  /** Name on the board, such as `index.html.gz`. */
  readonly name: string;
  /** Bytes on the board, for Content-Length. */
  readonly size: number;
  /** A strong entity tag with its quotes: changes whenever the bytes do. */
  readonly etag: string;
  /** Media type of the uncompressed file, such as `text/html; charset=utf-8`. */
  readonly type: string;
  /** How the bytes are stored, for Content-Encoding. */
  readonly encoding: 'gzip';
}

/**
 * Puts a file of the project on the board, HTML minified and everything gzip-compressed. Use its fields directly:
 * `$asset('../../web/index.html').etag` compiles to a string constant.
 */
declare function $asset(path: string): BoardAsset;

/** Loads a module once and returns its exports. */
declare function require<T = unknown>(name: string): T;

/** @customName package */
declare const luaPackage: {
  /** Modules by name; clearing a field lets the collector take the module. */
  readonly loaded: Record<string, unknown>;
  /** Where `require` looks: `?.lc;?.lua`. */
  path: string;
};
