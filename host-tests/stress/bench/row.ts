import type { Effort, Figure } from '../../../tools/bench/bench.ts';

/** One part of the benchmark that can be run by itself. */
export interface Row {
  /** What `--only` looks for. */
  subject: string;
  run(report: (figure: Figure) => void, effort: Effort): Promise<void>;
}

export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
