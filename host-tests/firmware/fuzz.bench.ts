import type { Bench } from '../../tools/bench/bench.ts';
import { fuzz } from './fuzz.ts';
import { compileFirmware, Lab } from './lab.ts';

const COUNT = 100_000;
const CLIENTS = 3;
/** What tables may take more after a load than before: they grow by doubling and shrink late. */
const TABLES = 1500;

export const bench: Bench = {
  summary: '100 000 malformed connections to the LED server, three at once, in virtual time',
  async run(report, effort) {
    const lab = new Lab({ files: await compileFirmware() });
    try {
      lab.boot();
      const began = performance.now();
      const { visits, problems, problemCount, restarts, luaErrors, heaps, outcomes } = fuzz(lab, {
        count: effort === 'smoke' ? COUNT / 50 : COUNT,
        seed: 2024,
        clients: CLIENTS,
      });
      const statuses = Object.entries(outcomes).map(([outcome, times]) => `${outcome} ${times}`);
      const note = problems.map(({ problem, visit }) => `${problem}: ${JSON.stringify(visit)}`).join('\n');
      report({ subject: 'malformed connections', value: visits, unit: 'visits', note: statuses.join(', ') });
      report({
        subject: 'neither a valid answer nor a clean close',
        value: problemCount,
        unit: 'visits',
        bar: { atMost: 0 },
        ...(note !== '' && { note }),
      });
      report({ subject: 'restarts', value: restarts, unit: 'restarts', bar: { atMost: 0 } });
      report({ subject: 'Lua errors', value: luaErrors.length, unit: 'errors', note: luaErrors.slice(0, 3).join(' ') });
      // Of the second lot on: the first one grows tables that stay.
      const [, second = 0, ...later] = heaps;
      const lost = second - Math.min(second, ...later);
      report({ subject: 'most heap not given back', value: lost, unit: 'bytes', bar: { atMost: TABLES } });
      report({ subject: 'speed', value: (visits / (performance.now() - began)) * 1000, unit: 'visits per second' });
    } finally {
      lab.close();
    }
  },
};
