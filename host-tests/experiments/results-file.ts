import { readFile } from 'node:fs/promises';
import { ExitCode, UserError } from '../../tools/cli/exit.ts';
import { writeOutput } from '../../tools/cli/output-file.ts';
import type { ExperimentResult } from './run.ts';
import type { SweepResult } from './sweep/sweep.ts';

/** What a run of experiments leaves: the file that `--out` names. */
export interface ResultsFile {
  format: 'last-ack-experiments';
  version: 2;
  seed: number;
  /** Ids of all experiments that were asked for, also those of other shards. */
  ids: readonly string[];
  results: readonly ExperimentResult[];
}

export const writeJson = (path: string, content: ResultsFile | SweepResult): Promise<void> =>
  writeOutput(path, `${JSON.stringify(content)}\n`);

/** @throws UserError when the file is not one that `last-ack experiment` wrote. */
export async function readJson(path: string): Promise<ResultsFile | SweepResult> {
  let content: Partial<ResultsFile | SweepResult>;
  try {
    content = JSON.parse(await readFile(path, 'utf8')) as Partial<ResultsFile | SweepResult>;
  } catch (error) {
    throw notOurs(path, error instanceof Error ? error.message : String(error));
  }
  const { format, version } = content;
  if (format === 'last-ack-experiments' && version === 2) return content as ResultsFile;
  if (format === 'last-ack-sweep' && version === 1) return content as SweepResult;
  throw notOurs(path, 'it says neither last-ack-experiments nor last-ack-sweep of this version');
}

const notOurs = (path: string, why: string): UserError =>
  new UserError(`${path} holds no results of experiments: ${why}.`, 'Give files that --out wrote.', ExitCode.usage);
