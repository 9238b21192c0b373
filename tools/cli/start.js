import { fileURLToPath } from 'node:url';
import { runScript } from './run-script.js';
import { readBundle } from './bundle.js';

/**
 * Starts a TypeScript module of this package, in this thread. It is compiled to one file of JavaScript when it is
 * started for the first time, and again after a change of a file in it. Where that cannot be kept, tsx reads the
 * sources at each start. `task` says in a word what the module will do, such as the verb: V8 keeps for the next start the
 * machine code that the task needed.
 *
 * @param {URL} source
 * @param {string} [task]
 */
export async function start(source, task = 'any') {
  const bundle = readBundle(source) ?? (await compileBundle(source));
  if (bundle) {
    runScript(bundle, task);
    return;
  }
  (await import('tsx/esm/api')).register();
  await import(source.href);
}

/** The compiler is loaded only where there is something to compile. */
async function compileBundle(source) {
  try {
    const { compile } = await import('./compile.js');
    await compile(fileURLToPath(source));
    return readBundle(source);
  } catch {
    // The folder belongs to somebody else, or the sources have an error: tsx says which.
    return undefined;
  }
}
