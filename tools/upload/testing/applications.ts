import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { adler32 } from '../../build/adler32.ts';
import { initLua } from '../../build/init-lua.ts';

export type Files = Record<string, string | Uint8Array>;

/** Writes a build's folder: the files and their manifest. */
export function writeBuild(dir: string, files: Files): string {
  mkdirSync(dir, { recursive: true });
  const described = Object.entries(files).map(([name, content]) => {
    const bytes = Buffer.from(content);
    writeFileSync(join(dir, name), bytes);
    return { name, size: bytes.length, adler32: adler32(bytes), sha256: '' };
  });
  const manifest = { format: 1, entry: 'init.lua', kind: 'lua', files: described };
  writeFileSync(join(dir, 'manifest.json'), JSON.stringify(manifest));
  return dir;
}

/** An application of several modules that says at boot which version each of them has: a mixture would show. */
export function versionedApplication(version: string, modules: readonly string[] = ['alpha', 'beta', 'gamma']): Files {
  const padding = `-- ${version.repeat(200)}\n`;
  const parts = modules.map((name) => [`${name}.lua`, `return ${JSON.stringify(version)}\n${padding}`] as const);
  const report = modules.map((name) => `require(${JSON.stringify(name)})`).join(',');
  return {
    ...Object.fromEntries(parts),
    'main.lua': `print("APP ${version}:",${report},"END")\n${padding}`,
    'init.lua': initLua('main'),
  };
}

/** What such an application says when all its modules have one version. */
export function wholeApplication(version: string, modules: readonly string[] = ['alpha', 'beta', 'gamma']): string {
  return ['APP ' + version + ':', ...modules.map(() => version), 'END'].join('\t');
}
