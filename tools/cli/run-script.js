import { isAscii } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { Module, createRequire } from 'node:module';
import path from 'node:path';
import { Script } from 'node:vm';
import { replaceFile } from './bundle.js';

/** Around the code of a CommonJS module; bundles are written with it. */
export const scriptStart = '(function (exports, require, module, __filename, __dirname) {';
export const scriptEnd = '})';

/**
 * Runs a compiled module. V8 gets the machine code that the same task needed before.
 *
 * @param {string} bundle Path of the script, without extension.
 * @param {string} task
 */
export function runScript(bundle, task) {
  const file = `${bundle}.cjs`;
  mapStacks(file);
  const kept = `${bundle}-${task}-${process.version}`;
  const load = createRequire(file);
  const require = Object.assign(
    // Nine megabytes, which take longer to compile than most programs to run.
    (name) => (name === 'typescript' ? loadOnce(load.resolve(name), `${kept}-${name}`) : load(name)),
    load,
  );
  evaluate(file, readText(file), kept, require);
}

/** Loads a CommonJS module as `require` does. */
function loadOnce(file, kept) {
  const require = createRequire(file);
  const load = () => evaluate(file, `${scriptStart}${readText(file)}${scriptEnd}`, kept, require);
  return (require.cache[file] ?? load()).exports;
}

/** Most are ASCII, which is read in a third of the time. */
function readText(file) {
  const bytes = readFileSync(file);
  return bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8');
}

function evaluate(file, code, kept, require) {
  const module = new Module(file);
  module.filename = file;
  require.cache[file] = module;
  const script = compileScript(code, file, kept);
  script.runInThisContext().call(module.exports, module.exports, require, module, file, path.dirname(file));
  module.loaded = true;
  return module;
}

function compileScript(code, filename, kept) {
  const cachedData = readIfThere(`${kept}.v8`);
  const script = new Script(code, { filename, cachedData });
  if (cachedData === undefined || script.cachedDataRejected) {
    // At the end of a run that did its work everything is compiled that the next one will need.
    process.once('exit', (exitCode) => {
      if (exitCode === 0) tryToWrite(`${kept}.v8`, script.createCachedData());
    });
  }
  return script;
}

function readIfThere(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

function tryToWrite(file, bytes) {
  try {
    replaceFile(file, bytes);
  } catch {
    // It belongs to somebody else; the next start is as slow as this one was.
  }
}

/** Lets the stacks of errors name the lines of TypeScript. */
function mapStacks(file) {
  let originOf;
  Error.prepareStackTrace = (error, frames) => {
    originOf ??= readMap(file);
    const describe = (frame) => {
      const [line, column] = [frame.getLineNumber(), frame.getColumnNumber()];
      const origin = frame.getFileName() === file ? originOf({ line, column: column - 1 }) : undefined;
      if (!origin?.source) return `${frame}`;
      return `${frame}`.replace(`${file}:${line}:${column}`, `${origin.source}:${origin.line}:${origin.column + 1}`);
    };
    return [Error.prototype.toString.call(error), ...frames.map((frame) => `    at ${describe(frame)}`)].join('\n');
  };
}

/** Without a map, when another process has compiled anew meanwhile, stacks name lines of the script. */
function readMap(file) {
  const { TraceMap, originalPositionFor } = createRequire(import.meta.url)('@jridgewell/trace-mapping');
  const map = readIfThere(`${file}.map`);
  if (!map) return () => undefined;
  const positions = new TraceMap(map.toString(), file);
  return (place) => originalPositionFor(positions, place);
}
