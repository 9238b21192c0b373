import { ExitCode, UserError } from '../../tools/cli/exit.ts';
import { readJson, type ResultsFile } from './results-file.ts';
import type { SweepResult } from './sweep/sweep.ts';

/** Joins the results of shards into what one machine would have written. @throws UserError when they do not fit. */
export async function mergeFiles(paths: readonly string[]): Promise<ResultsFile | SweepResult> {
  const files = await Promise.all(paths.map(readJson));
  const [first] = files;
  if (!first) throw new UserError('There is nothing to merge.', 'Name the files of the shards.', ExitCode.usage);
  const parts = files.filter((file) => identity(file) === identity(first));
  if (parts.length < files.length) {
    throw new UserError(
      'These files are not parts of one run: seeds, experiments or ranges differ.',
      'Merge only shards of the same command.',
      ExitCode.usage,
    );
  }
  return first.format === 'last-ack-sweep'
    ? mergeSweeps(parts as SweepResult[], first)
    : mergeRuns(parts as ResultsFile[], first);
}

const identity = (file: ResultsFile | SweepResult): string =>
  JSON.stringify([file.format, file.seed, file.ids, 'ranges' in file ? file.ranges : []]);

function mergeRuns(parts: readonly ResultsFile[], first: ResultsFile): ResultsFile {
  const results = unique(
    parts.flatMap((part) => part.results),
    ({ id }) => id,
  );
  const missing = first.ids.filter((id) => !results.some((result) => result.id === id));
  if (missing.length > 0) throw incomplete(`experiments ${missing.join(', ')}`);
  return { ...first, results: results.toSorted((a, b) => first.ids.indexOf(a.id) - first.ids.indexOf(b.id)) };
}

function mergeSweeps(parts: readonly SweepResult[], first: SweepResult): SweepResult {
  const points = unique(
    parts.flatMap((part) => part.points),
    ({ index }) => index,
  );
  if (points.length < first.total) throw incomplete(`${first.total - points.length} of ${first.total} runs`);
  return { ...first, points: points.toSorted((a, b) => a.index - b.index) };
}

function unique<T>(items: readonly T[], key: (item: T) => unknown): T[] {
  return [...new Map(items.map((item) => [key(item), item])).values()];
}

const incomplete = (what: string): UserError =>
  new UserError(`${what} are in none of the files.`, 'Give the files of all shards.', ExitCode.usage);
