import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bench } from '../bench/bench.ts';
import { Builder } from '../build/build.ts';
import { openPort } from '../serial/open-port.ts';
import { upload } from '../upload/upload.ts';
import { labSettings } from '../upload/wifi-settings.ts';
import { startVirtualBoard } from '../virtual-board/session.ts';
import { DevLoop } from './dev.ts';

const firmware = fileURLToPath(new URL('../../firmware/', import.meta.url));

/** The bars of a developer's day, with the real application on a virtual board in another process. */
export async function measureDev(report: Parameters<Bench['run']>[0]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'last-ack-bench-'));
  const { project, main } = copyProject(folder);
  const board = await startVirtualBoard({ net: 'gateway', serial: 'line', files: join(project, 'empty') });
  try {
    const builder = new Builder({ project, outDir: join(folder, 'dist') });
    const lines = new Set<string>();
    let onLine: () => void = () => undefined;
    const loop = new DevLoop({
      port: await openPort(board.serialPath),
      build: () => builder.build(),
      upload: { wifi: labSettings },
      output: {},
      onLine: (line) => {
        lines.add(line);
        onLine();
      },
    });
    const seen = (line: string): Promise<void> =>
      new Promise((resolve) => {
        onLine = () => {
          if (lines.has(line)) resolve();
        };
        onLine();
      });
    void loop.follow();
    await loop.update('start');
    appendFileSync(main, 'print("edit 0");\n');
    await loop.update('warm-up');
    await seen('edit 0');

    appendFileSync(main, 'print("edit 1");\n');
    const start = performance.now();
    const running = seen('edit 1');
    await loop.update('edit');
    await running;
    report({
      subject: 'from a saved module to its first line on the board',
      value: performance.now() - start,
      unit: 'ms',
      bar: { atMost: 2000 },
    });
    await loop.close();
    await measureNothing(report, board.serialPath, builder.outDir);
  } finally {
    await board.close();
    rmSync(folder, { recursive: true });
  }
}

async function measureNothing(report: Parameters<Bench['run']>[0], port: string, dir: string): Promise<void> {
  const { milliseconds, uploaded, unchanged } = await upload({ port, dir, wifi: labSettings, restart: 'never' });
  report({
    subject: `an upload of ${unchanged.length} files of which ${uploaded.length} differ`,
    value: milliseconds,
    unit: 'ms',
    bar: { atMost: 1500 },
  });
}

/** The firmware's sources in a folder that may be edited. */
function copyProject(folder: string): { project: string; main: string } {
  const project = join(folder, 'firmware');
  for (const part of ['src', 'web']) cpSync(join(firmware, part), join(project, part), { recursive: true });
  mkdirSync(join(project, 'empty'));
  const config = { extends: join(firmware, 'tsconfig.base.json'), include: ['src'], exclude: ['**/*.test.ts'] };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(config));
  return { project, main: join(project, 'src', 'main.ts') };
}
