import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { firmwareRoot } from './project.ts';

/** A firmware project in a temporary folder, for tests. */
export class TestProject {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'last-ack-build-'));
  readonly outDir = path.join(this.folder, 'dist');

  /** `files`: TypeScript by path below `src`. */
  constructor(files: Readonly<Record<string, string>>) {
    const config = { extends: `${firmwareRoot}tsconfig.base.json`, include: ['src'] };
    this.write('../tsconfig.json', JSON.stringify(config));
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  write(name: string, text: string): void {
    const file = path.join(this.folder, 'src', name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
