import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runLua } from '../differential/run-lua.ts';
import { build } from '../build.ts';
import { TestProject } from '../test-project.ts';
import { Tracer } from './tracer.ts';

/** Each function fails at the line that carries its name in a comment. */
const files = {
  'main.ts': `
import { deep } from './lib/deep.ts';
const LIMIT = 3;

function direct(): void {
  error('direct'); // direct
}

function concatenated(n: number): string {
  const text =
    'a' + n +
    tostring(missing?.x); // concatenated
  return text;
}
declare const missing: { x: number } | undefined;

for (const f of [direct, (): void => deep(LIMIT)]) {
  const [ok, message] = pcall(f);
  if (!ok) print(message);
}
print(concatenated(1));
`,
  'lib/deep.ts': `
// A comment that does not reach Lua.

export function deep(n: number): void {
  if (n > 0) {
    deep(n - 1);
    return;
  }
  error(\`deep\${n}\`); // deep
}
`,
};

let project: TestProject;
beforeAll(() => {
  project = new TestProject(files);
});
afterAll(() => {
  project.remove();
});

function lineWith(file: keyof typeof files, mark: string): number {
  return files[file].split('\n').findIndex((line) => line.includes(`// ${mark}`)) + 1;
}

test.each([
  ['bytecode', true],
  ['lua', true],
  ['bytecode', false],
] as const)('errors of a build (%s, hoisted: %s) lead to the line of TypeScript', async (kind, hoist) => {
  const { outDir, manifest } = await build({ project: project.folder, outDir: project.outDir, kind, hoist });
  const bytes = manifest.files.map(({ name }) => [name, readFileSync(path.join(outDir, name))] as const);
  const printed = runLua(new Map(bytes)).split('\n');
  const tracer = new Tracer(outDir);
  const [direct, deep] = printed.slice(0, 2).map((line) => tracer.places(line)[0]?.source);
  expect(direct?.file.endsWith('src/main.ts')).toBe(true);
  expect(direct).toMatchObject({ first: lineWith('main.ts', 'direct') });
  expect(deep?.file.endsWith('src/lib/deep.ts')).toBe(true);
  expect(deep).toMatchObject({ first: lineWith('lib/deep.ts', 'deep') });
  expect(tracer.translate(printed[0] ?? '')).toMatch(/:\d+ \(.*src\/main\.ts:6\): direct/);
});

test('text without a known place stays as it is', () => {
  const tracer = new Tracer(project.outDir);
  expect(tracer.translate('heap: 40708 other.lua:3: x')).toBe('heap: 40708 other.lua:3: x');
  expect(tracer.places('nothing here')).toEqual([]);
});

test('a folder without a build is refused', () => {
  expect(() => new Tracer(path.join(project.folder, 'src'))).toThrow('holds no build');
});
