import type { Bench } from '../../../tools/bench/bench.ts';
import { endingRows } from './endings.ts';
import { memoryRows } from './memory.ts';
import { rateRows, threadsRow } from './rates.ts';
import { gapRow, pacingRow } from './timing.ts';

const rows = [...rateRows, threadsRow, pacingRow, gapRow, ...memoryRows, ...endingRows];

export const bench: Bench = {
  summary: 'one HEAD per connection against a plain C server on loopback, medians of paired, interleaved runs of 6 s',
  async run(report, effort, isWanted) {
    for (const row of rows) if (isWanted(row.subject)) await row.run(report, effort);
  },
};
