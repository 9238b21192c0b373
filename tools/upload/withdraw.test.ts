import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Interrupted } from '../cli/exit.ts';
import type { LinePort } from '../serial/line-port.ts';
import { Repl } from '../serial/repl.ts';
import { BenchBoard, IdleClock } from '../serial/testing/bench-board.ts';
import { DeviceFiles } from './device-files.ts';
import { versionedApplication, wholeApplication, writeBuild } from './testing/applications.ts';
import { upload, type UploadOptions } from './upload.ts';

const patienceMs = 8000;
let folder: string;
let dir: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'last-ack-withdraw-'));
  dir = writeBuild(folder, versionedApplication('two'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** An upload that is interrupted at the host's write number `step`; how many there were, and how long the end took. */
async function interruptedUpload(bench: BenchBoard, port: LinePort, options: Partial<UploadOptions>, step = Infinity) {
  const interrupt = new AbortController();
  const write = port.write.bind(port);
  let steps = 0;
  let interruptedAt = 0;
  port.write = (bytes) => {
    if (++steps === step) {
      interruptedAt = bench.clock.now();
      interrupt.abort();
    }
    return write(bytes);
  };
  const { signal } = interrupt;
  const error = await upload({ port, dir, clock: bench.clock, signal, ...options }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  port.write = write;
  return { error, steps, tookMs: bench.clock.now() - interruptedAt };
}

describe.each([
  { method: 'raw blocks', pace: 'memory', points: 24, options: {} },
  { method: 'nodemcu-tool', pace: 'files', points: 5, options: { transfer: 'nodemcu-tool' } },
] as const)('an upload by $method that is interrupted', ({ pace, points, options }) => {
  const newBench = (): BenchBoard => new BenchBoard(versionedApplication('one'), new IdleClock(pace));
  let steps: number;

  beforeAll(async () => {
    const bench = newBench();
    ({ steps } = await interruptedUpload(bench, bench.plugIn(), options));
    bench.close();
  });

  test.each(Array.from({ length: points }, (_, index) => (index + 0.5) / points))(
    'at %f of its steps leaves a console at its rate, no half files and one whole application',
    async (part) => {
      const bench = newBench();
      const port = bench.plugIn();
      const { error, tookMs } = await interruptedUpload(bench, port, options, 1 + Math.floor(part * steps));
      expect(error).toBeInstanceOf(Interrupted);
      expect(tookMs).toBeLessThan(patienceMs);
      expect(port.baudRate).toBe(115200);
      const repl = new Repl(port, bench.clock);
      repl.watch.expectReset(true);
      expect(await repl.sync(1000)).toBe(true);
      const names = [...(await new DeviceFiles(repl).list()).keys()];
      if (!names.includes('~commit')) expect(names.filter((name) => /^~\d/.test(name))).toEqual([]);
      expect(await repl.run('', '__rb or __ad or __bt or __nmtwrite')).toBe('nil');
      repl.detach();
      expect([wholeApplication('one'), wholeApplication('two')]).toContain(await bench.boot(/APP .*END/));
      bench.close();
    },
  );
});
