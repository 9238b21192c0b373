import { readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Builder, build } from './build.ts';
import { TestProject } from './test-project.ts';

const files = {
  'main.ts': `
import { LIMIT, Mode, describe } from './settings.ts';
import { join } from './text.ts';
print(LIMIT, Mode.Fast, join(describe(), 1), $asset('./page.html').etag);
require<typeof import('./rare.ts')>($module('./rare.ts')).show();
`,
  'settings.ts': `export const LIMIT = 1;\nexport const enum Mode { Fast = 1 }\nexport function describe(): string { return 'x'; }\n`,
  'text.ts': `export function join(a: string, b: number): string { return a + b; }\n`,
  'rare.ts': `import { describe } from './settings.ts';\nexport function show(): void { print(describe()); }\n`,
  'page.html': '<p>one',
};

let project: TestProject;
let builder: Builder;
beforeEach(() => {
  project = new TestProject(files);
  builder = new Builder({ project: project.folder, outDir: project.outDir, measure: false });
});
afterEach(() => {
  project.remove();
});

function filesIn(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder)
      .sort()
      .filter((name) => name !== 'report.json')
      .map((name) => [name, readFileSync(path.join(folder, name), 'latin1')]),
  );
}

/** What the builder makes after a change must be what a new one makes of the same files. */
async function expectSameAsFresh(): Promise<string[]> {
  const { changed } = await builder.build();
  const fresh = path.join(project.folder, 'fresh');
  await build({ project: project.folder, outDir: fresh, measure: false });
  expect(filesIn(project.outDir)).toEqual(filesIn(fresh));
  rmSync(fresh, { recursive: true });
  return changed;
}

test.each([
  ['a function body', 'text.ts', `export function join(a: string, b: number): string { return b + a; }\n`, 'main.lc'],
  [
    'a constant that others have taken in',
    'settings.ts',
    files['settings.ts'].replace('LIMIT = 1', 'LIMIT = 2'),
    'main.lc',
  ],
  ['a const enum', 'settings.ts', files['settings.ts'].replace('Fast = 1', 'Fast = 7'), 'main.lc'],
  [
    'a type that decides how others are compiled',
    'settings.ts',
    files['settings.ts'].replace(`describe(): string { return 'x'; }`, `describe(): string { return tostring(1); }`),
    'main.lc',
  ],
  ['an embedded file', 'page.html', '<p>two', 'page.html.gz'],
  ['a module loaded on demand', 'rare.ts', files['rare.ts'].replace('print(', `print('rare', `), 'rare.lc'],
  [
    'what a module on demand takes from the others',
    'rare.ts',
    `import { LIMIT } from './settings.ts';\nexport function show(): void { print(LIMIT); }\n`,
    'rare.lc',
  ],
])('after a change of %s the output is that of a new build', async (_, file, text, expected) => {
  await builder.build();
  project.write(file, text);
  const changed = await expectSameAsFresh();
  expect(changed).toContain(expected);
});

test('after a new module and after an error that was mended the output is that of a new build', async () => {
  await builder.build();
  project.write(
    'text.ts',
    `import { mark } from './mark.ts';\nexport function join(a: string, b: number): string { return a + mark + b; }\n`,
  );
  await expect(builder.build()).rejects.toThrow('mark.ts');
  project.write('mark.ts', `export const mark = '-';\n`);
  await expectSameAsFresh();
});

test('a declaration file that nothing imports is seen when it appears and when it goes', async () => {
  await builder.build();
  project.write('rare.ts', `export function show(): void { print(greeting); }\n`);
  await expect(builder.build()).rejects.toThrow('greeting');
  project.write('globals.d.ts', `declare const greeting: string;\n`);
  await expectSameAsFresh();
  rmSync(path.join(project.folder, 'src/globals.d.ts'));
  await expect(builder.build()).rejects.toThrow('greeting');
});

test('a change of tsconfig.json is followed, and one that is broken is reported until it is mended', async () => {
  await builder.build();
  const config = readFileSync(path.join(project.folder, 'tsconfig.json'), 'utf8');
  project.write('../tsconfig.json', '{ "extends": ');
  await expect(builder.build()).rejects.toThrow('tsconfig.json');
  project.write(
    '../tsconfig.json',
    config.replace('"include"', '"compilerOptions": { "noImplicitReturns": true }, "include"'),
  );
  project.write('rare.ts', `export function show(n?: number): number | undefined { if (n) return 1; }\n`);
  await expect(builder.build()).rejects.toThrow('rare.ts');
  project.write('../tsconfig.json', config);
  project.write('rare.ts', files['rare.ts']);
  await expectSameAsFresh();
});

test('without a change nothing is written', async () => {
  await builder.build();
  const { changed } = await builder.build();
  expect(changed).toEqual([]);
});

test('a change in one file leaves the files of others alone', async () => {
  await builder.build();
  project.write('rare.ts', files['rare.ts'].replace('print(', `print('rare', `));
  const { changed } = await builder.build();
  expect(changed.filter((name) => !name.endsWith('.map'))).toEqual(['rare.lc', 'manifest.json']);
});

test('rehearsals write nothing, and a change that comes meanwhile is in the next build', async () => {
  await builder.build();
  const before = filesIn(project.outDir);
  for (let i = 0; i < 5; i++) await builder.rehearse();
  expect(filesIn(project.outDir)).toEqual(before);
  project.write('text.ts', `export function join(a: string, b: number): string { return b + a; }\n`);
  for (let i = 0; i < 4; i++) await builder.rehearse();
  expect(filesIn(project.outDir)).toEqual(before);
  expect(await expectSameAsFresh()).toContain('main.lc');
});
