import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'last-ack-start-'));
const cache = path.join(folder, 'node_modules/.cache/last-ack/tools-main-ts');
afterAll(() => rmSync(folder, { recursive: true }));

/** A package of its own, which has the start-up and the packages of this one. */
beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.join(folder, 'node_modules'), { recursive: true });
  for (const name of readdirSync(path.join(repository, 'node_modules'))) {
    if (!name.startsWith('.'))
      symlinkSync(path.join(repository, 'node_modules', name), `${folder}/node_modules/${name}`);
  }
  write('package.json', '{ "type": "module" }');
  for (const name of readdirSync(path.join(repository, 'tools/cli')).filter((each) => each.endsWith('.js'))) {
    cpSync(path.join(repository, 'tools/cli', name), path.join(folder, 'tools/cli', name));
  }
  write(
    'main.js',
    "import { start } from './tools/cli/start.js';\nawait start(new URL('./tools/main.ts', import.meta.url));",
  );
});

function write(name: string, text: string): void {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), text);
}

async function run(): Promise<string> {
  return (await promisify(execFile)(process.execPath, [path.join(folder, 'main.js')])).stdout;
}

const bundles = (): string[] => readdirSync(cache).filter((name) => name.endsWith('.cjs'));

describe('a module of TypeScript', () => {
  it('is compiled at its first start and taken from the cache at the next', async () => {
    write('tools/main.ts', "const greeting: string = 'hello';\nconsole.log(greeting);");
    expect(await run()).toBe('hello\n');
    const [first] = bundles();
    expect(await run()).toBe('hello\n');
    expect(bundles()).toEqual([first]);
    expect(readdirSync(cache).some((name) => name.endsWith('.v8'))).toBe(true);
  });

  it('is compiled again when a file that it imports has changed, and what was made a while ago is removed', async () => {
    write('tools/main.ts', "import { word } from './word.ts';\nconsole.log(word);");
    write('tools/word.ts', "export const word: string = 'one';");
    expect(await run()).toBe('one\n');
    for (const name of readdirSync(cache)) utimesSync(path.join(cache, name), 1, 1);
    write('tools/word.ts', "export const word: string = 'two';");
    expect(await run()).toBe('two\n');
    expect(bundles()).toHaveLength(1);
  });

  it('finds what lies beside it, packages, and what it imports on demand', async () => {
    write('tools/deep/data.txt', 'data');
    write(
      'tools/deep/part.ts',
      "import { readFileSync } from 'node:fs';\nexport const data = readFileSync(new URL('./data.txt', import.meta.url), 'utf8');",
    );
    write(
      'tools/main.ts',
      [
        "import ts from 'typescript';",
        "import { Command } from 'commander';",
        "void import('./deep/part.ts').then(({ data }) => console.log(data, new Command('x').name(), typeof ts.sys));",
      ].join('\n'),
    );
    expect(await run()).toBe('data x object\n');
    expect(await run()).toBe('data x object\n');
  });

  it('names lines of TypeScript in the stacks of errors', async () => {
    write(
      'tools/main.ts',
      "interface Gone {\n  x: 1;\n}\nfunction fail(): Gone {\n  throw new Error('no');\n}\nfail();",
    );
    const failure = expect.objectContaining({
      stderr: expect.stringContaining(`at fail (${folder}/tools/main.ts:5:9)`) as string,
    }) as unknown;
    await expect(run()).rejects.toEqual(failure);
  });

  it('is run by tsx where nothing can be kept', async () => {
    write('tools/main.ts', "const greeting: string = 'hello';\nconsole.log(greeting);");
    // A file where a folder should be: not even root can write there.
    write('node_modules/.cache', '');
    expect(await run()).toBe('hello\n');
  });

  it('is run by tsx, which says what is wrong, when it cannot be compiled', async () => {
    write('tools/main.ts', 'const greeting: = 1;');
    await expect(run()).rejects.toMatchObject({ stderr: expect.stringContaining('main.ts:1') as string });
  });
});

/** What the JavaScript files of this package start. */
const started = ['tools', 'host-tests'].flatMap((wing) =>
  readdirSync(path.join(repository, wing), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .flatMap((name) => {
      const file = path.join(repository, wing, name);
      const target = /start\(new URL\('([^']+)'/.exec(readFileSync(file, 'utf8'))?.[1];
      return target === undefined ? [] : [path.relative(repository, path.join(path.dirname(file), target))];
    }),
);

it.each(started)('%s can be compiled', async (name) => {
  const { compile } = (await import(new URL('./compile.js', import.meta.url).href)) as {
    compile: (source: string) => Promise<void>;
  };
  await compile(path.join(repository, name));
});
