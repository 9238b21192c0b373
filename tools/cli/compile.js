import { randomUUID } from 'node:crypto';
import { accessSync, constants, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, stop } from 'esbuild';
import { bundleFolder, packageRoot, replaceFile, stampOf } from './bundle.js';
import { scriptEnd, scriptStart } from './run-script.js';

/** They find binaries and data beside their own files; typescript is kept apart for its size. `pnpapi` is optional. */
const loadedFromTheirPackages = ['typescript', 'koffi', '@lydell/node-pty', '@serialport/bindings-cpp', 'pnpapi'];

/** Its own files, which a compiled form depends on too. */
const compiler = ['bundle.js', 'compile.js', 'run-script.js', 'start.js'];

const KEEP_MS = 60_000;

/** What a module finds by its own address, it finds from where it was written. */
const originalAddress = {
  name: 'original-address',
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, ({ path: file }) => ({
      loader: 'ts',
      contents: readFileSync(file, 'utf8')
        .replaceAll('import.meta.url', `'${pathToFileURL(file).href}'`)
        .replace("import * as lua from 'typescript-to-lua'", "import lua from 'typescript-to-lua'"),
    }));
  },
};

/**
 * The compilers as objects with plain fields. As they are, each of the eighty modules of typescript-to-lua makes itself
 * a list of 2200 functions, one for each name of typescript, and each use of a name calls two of them: that was a
 * quarter of a build.
 */
const plainFields = {
  name: 'plain-fields',
  setup(build) {
    build.onResolve({ filter: /^typescript(-to-lua)?$/ }, ({ path: name, namespace }) =>
      namespace === 'plain' ? undefined : { path: name, namespace: 'plain' },
    );
    build.onLoad({ filter: /^/, namespace: 'plain' }, ({ path: name }) => ({
      contents: `module.exports = Object.defineProperty({ ...require('${name}') }, '__esModule', { value: true });`,
      resolveDir: packageRoot,
    }));
  },
};

/**
 * Compiles a module and everything that it imports to one script, where `readBundle` finds it. Fails when the folder
 * cannot be written or the sources have errors.
 *
 * @param {string} source
 */
export async function compile(source) {
  const folder = bundleFolder(source);
  mkdirSync(folder, { recursive: true });
  accessSync(folder, constants.W_OK);
  const id = randomUUID();
  const started = Date.now();
  const script = path.join(folder, `${id}.cjs`);
  const { metafile, outputFiles } = await build({
    entryPoints: [source],
    outfile: script,
    bundle: true,
    platform: 'node',
    // A script, since V8 keeps machine code of scripts only.
    format: 'cjs',
    target: 'node20',
    supported: { 'dynamic-import': false },
    banner: { js: scriptStart },
    footer: { js: scriptEnd },
    minifyWhitespace: true,
    // Node prints the whole line that threw.
    lineLimit: 160,
    external: loadedFromTheirPackages,
    plugins: [originalAddress, plainFields],
    sourcemap: 'external',
    sourcesContent: false,
    metafile: true,
    write: false,
    absWorkingDir: folder,
    logLevel: 'silent',
  });
  // Its process would stay as long as this one.
  await stop();
  const inputs = [
    ...Object.keys(metafile.inputs)
      .filter((file) => !file.startsWith('plain:'))
      .map((file) => path.resolve(folder, file)),
    ...compiler.map((name) => fileURLToPath(new URL(name, import.meta.url))),
    createRequire(source).resolve('typescript'),
  ];
  for (const { path: file, contents } of outputFiles) writeFileSync(file, contents);
  replaceFile(
    path.join(folder, 'bundle.json'),
    JSON.stringify({ id, inputs: Object.fromEntries(inputs.map((file) => [file, stampOfCompiled(file, started)])) }),
  );
  removeOld(folder, id);
}

/** What another process has just compiled is left alone: it is about to run it. */
function removeOld(folder, id) {
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    const isKept = name.startsWith(id) || name === 'bundle.json' || age < KEEP_MS;
    if (!isKept) rmSync(file, { force: true });
  }
}

/** The stamp of a file as it was compiled; none of one that has changed since compiling was started. */
function stampOfCompiled(file, started) {
  const { mtimeMs } = statSync(file);
  return mtimeMs >= started && mtimeMs <= Date.now() ? 'changed' : stampOf(file);
}
