import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { build } from '../../tools/build/build.ts';
import { TestProject } from '../../tools/build/test-project.ts';
import { Tracer } from '../../tools/build/trace/tracer.ts';
import { Lab } from './lab.ts';

/** Fails in a function of another module that was put where it is called, and in one that is loaded later. */
const files = {
  'main.ts': `
import { blink } from './leds.ts';
tmr.create().alarm(10, tmr.ALARM_SINGLE, () => {
  const [, message] = pcall(() => require<typeof import('./rare.ts')>($module('./rare.ts')).open());
  print(message);
  blink();
});
`,
  'leds.ts': `
const pins: number[] = [];

function toggle(index: number): void {
  if (index < 0) return;
  gpio.write(pins[index] as gpio.Pin, gpio.HIGH); // crash
}
export function blink(): void {
  for (const index of $range(0, 2)) toggle(index);
}
`,
  'rare.ts': `
export function open(): number {
  const text = file.getcontents('missing');
  return text!.length; // rare
}
`,
};

const project = new TestProject(files);
afterAll(() => {
  project.remove();
});

function placeOf(name: keyof typeof files, mark: string): string {
  const line = files[name].split('\n').findIndex((text) => text.includes(`// ${mark}`)) + 1;
  return `src/${name}:${line}`;
}

test('what a board prints of an error leads to the line of TypeScript, and to no other', async () => {
  const { outDir, manifest } = await build({ project: project.folder, outDir: project.outDir });
  const onBoard = manifest.files.map(({ name }) => [name, readFileSync(path.join(outDir, name))] as const);
  const lab = new Lab({ files: Object.fromEntries(onBoard) });
  lab.board.powerOn();
  lab.run(3000);
  lab.close();
  const traced = new Tracer(outDir).translate(lab.log);
  expect(lab.log).toMatch(/rare\.lua:\d+:/);
  expect(traced).toContain(`${placeOf('rare.ts', 'rare')})`);
  expect(traced).toContain(`${placeOf('leds.ts', 'crash')})`);
});
