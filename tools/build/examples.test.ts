import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { build } from './build.ts';
import { firmwareRoot } from './project.ts';

const examples = readdirSync(`${firmwareRoot}examples`).filter((name) => name.endsWith('.ts'));

test.each(examples)('the example %s builds', async (name) => {
  const outDir = mkdtempSync(path.join(tmpdir(), 'last-ack-example-'));
  try {
    const options = {
      project: firmwareRoot,
      entry: `examples/${name}`,
      outDir: path.join(outDir, 'out'),
      measure: false,
    };
    const { manifest } = await build(options);
    expect(manifest.files.map((file) => file.name)).toContain(`${path.parse(name).name}.lc`);
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
});
