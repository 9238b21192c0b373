import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ExitCode, UserError } from '../cli/exit.ts';
import { connectRepl } from '../serial/connect.ts';
import { Repl } from '../serial/repl.ts';
import { DeviceFiles } from './device-files.ts';
import { versionedApplication, wholeApplication, writeBuild, type Files } from './testing/applications.ts';
import { BenchBoard, IdleClock } from '../serial/testing/bench-board.ts';
import { faults, FaultyPort, type Fault } from './testing/faulty-port.ts';
import { upload, type UploadOptions } from './upload.ts';

const longestMs = 30_000;
const oldApplication = versionedApplication('one');
const newApplication = versionedApplication('two', ['alpha', 'beta', 'delta']);
const wholeNew = wholeApplication('two', ['alpha', 'beta', 'delta']);
const wholeOld = wholeApplication('one');

let folder: string;
let dir: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'last-ack-faults-'));
  dir = writeBuild(folder, newApplication);
});

afterAll(() => rmSync(folder, { recursive: true }));

async function withOldApplication<T>(
  pace: 'memory' | 'files',
  use: (bench: BenchBoard) => Promise<T>,
  others: Files = {},
): Promise<T> {
  const owned = Object.keys(oldApplication).join('\n');
  const bench = new BenchBoard({ ...oldApplication, '~files': owned, ...others }, new IdleClock(pace));
  try {
    return await use(bench);
  } finally {
    bench.close();
  }
}

/** The outcome of one upload on a cable where `fault` strikes at `step`. */
async function strike(bench: BenchBoard, options: Partial<UploadOptions>, fault?: Fault, step?: number) {
  const port = new FaultyPort(bench, fault, step);
  const start = bench.clock.now();
  const error = await upload({ port, dir, clock: bench.clock, ...options }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  await port.close();
  return { error, steps: port.steps, milliseconds: bench.clock.now() - start };
}

async function expectOldOrNew(bench: BenchBoard, error: unknown, where?: string): Promise<void> {
  const running = await bench.boot(/APP .*END/);
  if (error === undefined) expect(running, where).toBe(wholeNew);
  else expect([wholeOld, wholeNew], where).toContain(running);
}

const methods = [
  { method: 'raw blocks', pace: 'memory', options: {}, everyStep: 1 },
  { method: 'nodemcu-tool', pace: 'files', options: { transfer: 'nodemcu-tool' }, everyStep: 16 },
] as const;

describe.each(methods)('an upload by $method', ({ pace, options, everyStep }) => {
  test.each(faults)('survives %s, wherever it strikes', { timeout: 120_000 }, async (fault) => {
    const { steps } = await withOldApplication(pace, (bench) => strike(bench, options));
    expect(steps).toBeGreaterThan(everyStep * 3);
    for (let step = 1; step <= steps; step += everyStep)
      await withOldApplication(pace, async (bench) => {
        const where = `${fault} at step ${step} of ${steps}`;
        const { error, milliseconds } = await strike(bench, options, fault, step);
        if (error !== undefined) {
          expect(error, where).toBeInstanceOf(UserError);
          expect(error, where).toMatchObject({ exitCode: ExitCode.boardFailed });
        }
        expect(milliseconds, where).toBeLessThan(longestMs);
        await expectOldOrNew(bench, error, where);
        expect((await strike(bench, options)).error, `after ${where}`).toBeUndefined();
        expect(await bench.boot(/APP .*END/), `after ${where}`).toBe(wholeNew);
      });
  });
});

describe('an upload to a board that is nearly full', () => {
  const newBytes = Object.values(newApplication).reduce((sum, content) => sum + content.length, 0);

  test.each(Array.from({ length: 16 }, (_, index) => Math.round((index / 8) * newBytes)))(
    'either fits or is refused by name, with %i bytes free',
    async (free) => {
      const total = await withOldApplication('memory', freeBytes);
      await withOldApplication(
        'memory',
        async (bench) => {
          const { error } = await strike(bench, {});
          if (error !== undefined) {
            expect(error).toMatchObject({ fault: 'full', exitCode: ExitCode.boardFailed });
            await expectTidyConsole(bench);
          }
          await expectOldOrNew(bench, error);
        },
        { filler: new Uint8Array(total - free) },
      );
    },
  );
});

/** At its usual rate, and without half files. */
async function expectTidyConsole(bench: BenchBoard): Promise<void> {
  const repl = new Repl(bench.plugIn(), bench.clock);
  expect(await repl.sync(1000)).toBe(true);
  const names = [...(await new DeviceFiles(repl).list()).keys()];
  expect(names.filter((name) => /^~\d/.test(name))).toEqual([]);
  repl.detach();
}

async function freeBytes(bench: BenchBoard): Promise<number> {
  const port = bench.plugIn();
  const repl = await connectRepl(port, { clock: bench.clock });
  const { free } = await new DeviceFiles(repl).space();
  repl.detach();
  await port.close();
  return free;
}
