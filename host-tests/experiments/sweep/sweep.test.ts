import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UserError } from '../../../tools/cli/exit.ts';
import { choose } from '../choose.ts';
import { allExperiments } from '../experiments.ts';
import { mergeFiles } from '../merge.ts';
import { writeJson } from '../results-file.ts';
import { runExperiments } from '../run.ts';
import { parseRange } from './settings.ts';
import { runSweep, sweepPassed, type SweepResult } from './sweep.ts';

const windows = parseRange('windowMss=1..6');
const sweep = (index: number, count: number, workers = 0): Promise<SweepResult> =>
  runSweep(choose(allExperiments(), ['3.2']), { ranges: [windows], seed: 1, shard: { index, count }, workers });

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'last-ack-sweep-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('shards of a sweep, run elsewhere and merged in any order, are the whole sweep', async () => {
  await inFolder(async (folder) => {
    const whole = await sweep(1, 1);
    const parts = await Promise.all([3, 1, 2].map((index) => sweep(index, 3)));
    const files = await Promise.all(
      parts.map(async (part, index) => {
        const file = join(folder, `${index}.json`);
        await writeJson(file, part);
        return file;
      }),
    );
    expect(parts.map(({ points }) => points.length)).toEqual([4, 4, 4]);
    expect(await mergeFiles(files)).toEqual(JSON.parse(JSON.stringify(whole)));
    await expect(mergeFiles(files.slice(1))).rejects.toThrow(UserError);
  });
});

test('threads give what one thread gives', async () => {
  expect(await sweep(1, 2, 2)).toEqual(await sweep(1, 2, 0));
});

test('a sweep over another parameter is not judged, one over the seed is', async () => {
  expect((await sweep(1, 1)).judged).toBe(false);
  const seeds = await runSweep(choose(allExperiments(), ['3.2']), {
    ranges: [parseRange('seed=1..3')],
    ...{ seed: 1, shard: { index: 1, count: 1 }, workers: 0 },
  });
  expect(seeds.judged).toBe(true);
  expect(seeds.points).toHaveLength(6);
  expect(sweepPassed(seeds)).toBe(true);
});

test('shards of the table merge as well, and files of different runs do not', async () => {
  await inFolder(async (folder) => {
    const ids = ['3.1', '3.2'];
    const save = async (name: string, seed: number, own: string[]): Promise<string> => {
      const results = await runExperiments(choose(allExperiments(), own), { seed, plots: false, workers: 0 });
      await writeJson(join(folder, name), { format: 'last-ack-experiments', version: 2, seed, ids, results });
      return join(folder, name);
    };
    const [second, first, other] = [await save('b', 1, ['3.2']), await save('a', 1, ['3.1']), await save('c', 2, ids)];
    const merged = await mergeFiles([second, first]);
    expect('results' in merged && merged.results.map(({ id }) => id)).toEqual(ids);
    await expect(mergeFiles([first, other])).rejects.toThrow('not parts of one run');
  });
});

test('a parameter that no trial has is named', async () => {
  await expect(
    runSweep(choose(allExperiments(), ['3.2']), {
      ranges: [parseRange('colour=1,2')],
      ...{ seed: 1, shard: { index: 1, count: 1 }, workers: 0 },
    }),
  ).rejects.toThrow('colour');
});
