import { InvalidArgumentError } from 'commander';
import { ExitCode, UserError } from '../../tools/cli/exit.ts';
import type { Experiment } from './experiment.ts';

/** The experiments with these ids; a lab's number stands for all of its experiments. */
export function choose(all: readonly Experiment[], ids: readonly string[]): readonly Experiment[] {
  if (ids.length === 0) return all;
  const isWanted =
    (wanted: string) =>
    ({ id }: Experiment): boolean =>
      id === wanted || id.startsWith(`${wanted}.`);
  const unknown = ids.filter((wanted) => !all.some(isWanted(wanted)));
  if (unknown.length === 0) return all.filter((experiment) => ids.some((wanted) => isWanted(wanted)(experiment)));
  throw new UserError(
    `There is no experiment ${unknown.join(' or ')}.`,
    `Choose from ${all.map(({ id }) => id).join(', ')}.`,
    ExitCode.usage,
  );
}

/** One of several machines that share the work: `index` from 1. */
export interface Shard {
  index: number;
  count: number;
}

export const WHOLE: Shard = { index: 1, count: 1 };

/** Reads "2/4". */
export function parseShard(text: string): Shard {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (shard.index >= 1 && shard.index <= shard.count) return shard;
  throw new InvalidArgumentError('Write i/n, with i from 1 to n.');
}

/** Every n-th, so that each shard has some of the long ones. */
export const isInShard = (position: number, { index, count }: Shard): boolean => position % count === index - 1;

/** A whole number from a command line. */
export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('A whole number is wanted.');
  return Number(text);
}
