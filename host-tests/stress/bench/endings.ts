import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { runStress } from '../run.ts';
import type { StressReport } from '../report/stress-report.ts';
import { stepsOf } from '../schedule/ladder.ts';
import { parseLoad } from '../schedule/load.ts';
import type { VerdictName } from '../verdict/verdict.ts';
import { ended } from './plain-server.ts';
import type { Row } from './row.ts';

/** How the server ends, what the client does, and the only right verdict. */
const kinds: readonly [path: string, style: string, verdict: VerdictName][] = [
  ['fin', 'read-to-eof', 'device-first-clean'],
  ['wait', 'client-first', 'client-first-clean'],
  ['wait', 'reset', 'client-reset'],
  ['wait', 'connect-and-wait:1', 'client-first-clean'],
  ['rst-behind-data', 'read-to-eof', 'rst-after-data'],
  ['rst-later', 'read-to-eof', 'rst-after-data'],
  ['rst-at-once', 'read-to-eof', 'rst-before-data'],
  ['fin-at-once', 'read-to-eof', 'no-reply'],
  ['half-a-head', 'read-to-eof', 'truncated'],
  ['another-protocol', 'read-to-eof', 'wrong-reply'],
  ['gone', 'read-to-eof', 'refused'],
];
const EACH = 10_000;

export const endingRows: readonly Row[] = (['none', 'auto'] as const).map((capture) => {
  const subject = `endings misjudged ${capture === 'none' ? 'by sockets' : 'with a capture'}`;
  return {
    subject,
    async run(report, effort) {
      for (const [path, style, verdict] of kinds) {
        const { totals, evidence } = await endMany(path, style, capture, effort === 'smoke' ? 100 : EACH);
        const judged = Object.values(totals.verdicts).reduce((sum, count) => sum + count, 0);
        const wrong = Object.entries(totals.verdicts).filter(([name]) => name !== verdict);
        report({
          subject: `${subject}, ${path} with ${style}`,
          value: judged - (totals.verdicts[verdict] ?? 0) + (totals.outcomes.harness ?? 0),
          unit: `of ${judged}`,
          bar: { atMost: 0 },
          note: [evidence.source, ...wrong.map(([name, count]) => `${name} ${count}`)].join(', '),
        });
      }
    },
  };
});

async function endMany(path: string, style: string, capture: 'none' | 'auto', count: number): Promise<StressReport> {
  const script = new URL('./endings-server.ts', import.meta.url).pathname;
  const server = spawn(process.execPath, ['--import', 'tsx', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [port] = (await once(server.stdout, 'data')) as [Buffer];
    return await runStress({
      ...{ host: '127.0.0.1', port: Number(port.toString()), path: `/${path}`, method: 'HEAD', capture },
      steps: stepsOf([parseLoad(`clients:8/${count}x`)], style),
      sources: '3',
      warmUp: false,
    });
  } finally {
    await ended(server);
  }
}
