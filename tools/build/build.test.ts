import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { readChunk } from '../bytecode/read-chunk.ts';
import { type BuildOptions, build } from './build.ts';
import type { Manifest } from './output.ts';
import { BuildError } from './problem.ts';
import { TestProject } from './test-project.ts';

let project: TestProject | undefined;
afterEach(() => {
  project?.remove();
  project = undefined;
});

function made(files: Readonly<Record<string, string>>): TestProject {
  project = new TestProject(files);
  return project;
}

function buildIt(options: BuildOptions = {}): ReturnType<typeof build> {
  if (!project) throw new Error('make a project first');
  return build({ project: project.folder, outDir: project.outDir, ...options });
}

async function problemsOf(files: Readonly<Record<string, string>>): Promise<string[]> {
  made(files);
  const failure: unknown = await buildIt().catch((error: unknown) => error);
  if (!(failure instanceof BuildError)) throw new Error('it should not have been built', { cause: failure });
  return failure.problems.map((p) => `${p.file?.split('/').at(-1)}:${p.line}:${p.column} ${p.message} | ${p.cure}`);
}

test('a project becomes bytecode that the device format reader accepts, an init.lua and a manifest with digests', async () => {
  const { outDir } = made({ 'main.ts': `const greeting: string = 'hello';\nprint(greeting);\nexport {};\n` });
  const { manifest } = await buildIt();
  expect(manifest.files.map((file) => file.name)).toEqual(['main.lc', 'init.lua']);
  for (const { name, size, sha256 } of manifest.files) {
    const bytes = readFileSync(path.join(outDir, name));
    expect(size).toBe(bytes.length);
    expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  }
  const chunk = readChunk(readFileSync(path.join(outDir, 'main.lc')), 'device');
  expect(chunk.source).toBe('@main.lua');
  expect(chunk.lines.length).toBe(chunk.code.length);
  expect(JSON.parse(readFileSync(path.join(outDir, 'manifest.json'), 'utf8')) as Manifest).toEqual(manifest);
});

test('the same sources give the same bytes twice', async () => {
  made({ 'main.ts': `print('x');\nexport {};\n` });
  const first = await buildIt();
  const second = await buildIt();
  expect(second.manifest).toEqual(first.manifest);
  expect(second.changed).toEqual([]);
});

test('--lua writes plain Lua that starts from init.lua', async () => {
  const { outDir } = made({ 'main.ts': `print('x');\nexport {};\n` });
  await buildIt({ kind: 'lua' });
  expect(readFileSync(path.join(outDir, 'main.lua'), 'utf8')).toContain('print("x")');
  expect(readFileSync(path.join(outDir, 'init.lua'), 'utf8')).toContain('require("main")');
});

test('a file embedded by $asset goes to the board minified and compressed, and its fields are constants', async () => {
  const { outDir } = made({
    'main.ts': `print($asset('./page.html').etag, $asset('./page.html').size, $asset('./page.html').type);\nexport {};\n`,
    'page.html': `<!doctype html><html><head><title>LED</title></head><body> <!-- note --> <p>on</p> </body></html>`,
  });
  await buildIt({ kind: 'lua' });
  const bytes = readFileSync(path.join(outDir, 'page.html.gz'));
  expect(gunzipSync(bytes).toString()).toBe('<!doctype html><title>LED</title><p>on');
  const etag = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  expect(readFileSync(path.join(outDir, 'main.lua'), 'utf8')).toContain(
    `print("\\"${etag}\\"", ${bytes.length}, "text/html; charset=utf-8")`,
  );
});

test('a module named by $module stays a file of its own and is called by its flat name', async () => {
  const { outDir } = made({
    'main.ts': `const m = require<typeof import('./pages/status.ts')>($module('./pages/status.ts'));\nm.show();\nexport {};\n`,
    'pages/status.ts': `export function show(): void { print('status'); }\n`,
  });
  const { manifest } = await buildIt();
  expect(manifest.files.map((file) => file.name)).toContain('pages_status.lc');
  await buildIt({ kind: 'lua' });
  expect(readFileSync(path.join(outDir, 'main.lua'), 'utf8')).toContain('require("pages_status")');
});

test('a build that fails leaves the previous output and nothing beside it', async () => {
  const it = made({ 'main.ts': `print('x');\nexport {};\n` });
  const { manifest } = await buildIt();
  it.write('main.ts', `print(missing);\nexport {};\n`);
  await expect(buildIt()).rejects.toBeInstanceOf(BuildError);
  expect(JSON.parse(readFileSync(path.join(it.outDir, 'manifest.json'), 'utf8')) as Manifest).toEqual(manifest);
  expect(readdirSync(it.folder).sort()).toEqual(['dist', 'src', 'tsconfig.json']);
});

test('files in the output folder that the build did not write are not kept', async () => {
  const it = made({ 'main.ts': `print('x');\nexport {};\n` });
  await buildIt();
  writeFileSync(path.join(it.outDir, 'old.lc'), 'x');
  await buildIt();
  expect(existsSync(path.join(it.outDir, 'old.lc'))).toBe(false);
});

test('an output folder that cannot be written is a usage error that says why', async () => {
  const it = made({ 'main.ts': `print('x');\nexport {};\n`, '../file': '' });
  const inTheWay = { exitCode: 2, message: expect.stringContaining('a file is in the way') as string };
  await expect(buildIt({ outDir: path.join(it.folder, 'file') })).rejects.toMatchObject(inTheWay);
  await expect(buildIt({ outDir: path.join(it.folder, 'file/below') })).rejects.toMatchObject(inTheWay);
  expect(readFileSync(path.join(it.folder, 'file'), 'utf8')).toBe('');
});

test('a type error is reported with file, line, column and cure', async () => {
  expect(await problemsOf({ 'main.ts': `const map = new Map();\nprint(map);\nexport {};\n` })).toEqual([
    expect.stringMatching(/^main\.ts:1:17 .*'Map'.*\| use LuaTable or Record/),
  ]);
});

test('a module that is missing is reported where it is imported', async () => {
  expect(await problemsOf({ 'main.ts': `import { x } from './nowhere.ts';\nprint(x);\n` })).toEqual([
    expect.stringMatching(/^main\.ts:1:19 Cannot find module '\.\/nowhere\.ts'.*\| check the path/),
  ]);
});

test('a circle of imports is reported with the way round', async () => {
  const problems = await problemsOf({
    'main.ts': `import { a } from './a.ts';\nprint(a());\n`,
    'a.ts': `import { b } from './b.ts';\nexport function a(): number { return b(); }\n`,
    'b.ts': `import { a } from './a.ts';\nexport function b(): number { return a(); }\n`,
  });
  expect(problems).toEqual([expect.stringMatching(/^a\.ts:1:19 circular import.*a\.ts -> .*b\.ts -> .*a\.ts/)]);
});

test('TypeScript of a package is compiled as the own is', async () => {
  const it = made({ 'main.ts': `import { twice } from 'parts/twice.ts';\nprint(twice(2));\n` });
  it.write('../node_modules/parts/package.json', '{ "name": "parts", "version": "1.0.0", "type": "module" }');
  it.write('../node_modules/parts/twice.ts', `export function twice(n: number): number { return n * 2; }\n`);
  await buildIt({ kind: 'lua' });
  expect(readFileSync(path.join(it.outDir, 'main.lua'), 'utf8')).toContain('print(2 * 2)');
});

test('importing only types is no circle', async () => {
  made({
    'main.ts': `import { a } from './a.ts';\nprint(a({ n: 1 }));\n`,
    'a.ts': `import type { T } from './b.ts';\nexport function a(t: T): number { return t.n; }\n`,
    'b.ts': `import { a } from './a.ts';\nexport interface T { n: number }\nexport const one = a({ n: 1 });\n`,
  });
  await expect(buildIt()).resolves.toBeDefined();
});

test('a name that SPIFFS cannot hold is reported', async () => {
  const name = 'a-module-with-a-rather-long-name.ts';
  const problems = await problemsOf({
    'main.ts': `import { x } from './${name}';\nprint(x());\n`,
    [name]: `export function x(): number { return 1; }\n`,
  });
  expect(problems).toEqual([expect.stringContaining('36 characters; SPIFFS allows 31 | shorten')]);
});

test('two modules that would get one name on the board are reported', async () => {
  const problems = await problemsOf({
    'main.ts': `import { x } from './a/b.ts';\nimport { y } from './a_b.ts';\nprint(x(), y());\n`,
    'a/b.ts': `export function x(): number { return 1; }\n`,
    'a_b.ts': `export function y(): number { return 1; }\n`,
  });
  expect(problems).toEqual([expect.stringContaining('has the same name on the board as')]);
});

test('a construct that needs the runtime library is reported by name and place', async () => {
  const problems = await problemsOf({
    'main.ts': `function f(x: unknown): void {\n  // two\n  print(typeof x);\n}\nf(1);\nexport {};\n`,
  });
  expect(problems).toEqual([
    expect.stringMatching(
      /^main\.ts:3:9 needs the compiler's runtime library \(TypeOf\).*typeof x.*\| write type\(x\)/,
    ),
  ]);
});

test('a project that does not extend the package configuration is refused, for its arrays would be miscompiled', async () => {
  const it = made({ 'main.ts': `print('x');\nexport {};\n` });
  it.write('../tsconfig.json', JSON.stringify({ compilerOptions: { types: [] }, include: ['src'] }));
  await expect(buildIt()).rejects.toThrow('standard library');
});

test('array methods compile to plain Lua', async () => {
  const it = made({
    'main.ts': `const l: string[] = [];\nl.push('a');\nprint(l.shift(), l.pop(), l.join('-'), l.length, 'x'.upper());\nexport {};\n`,
  });
  await buildIt({ kind: 'lua' });
  const code = readFileSync(path.join(it.outDir, 'main.lua'), 'utf8');
  expect(code).toContain('l[#l + 1] = "a"');
  expect(code.replace(/\s+/g, ' ')).toContain(
    'print( table.remove(l, 1), table.remove(l), table.concat(l, "-"), #l, ("x"):upper() )',
  );
});
