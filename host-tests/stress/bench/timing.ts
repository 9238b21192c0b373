import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { runOurs } from './clients.ts';
import { compileC, startPlainServer } from './plain-server.ts';
import { median, type Row } from './row.ts';

/** How exactly an open loop keeps its moments. */
export const pacingRow: Row = {
  subject: 'pacing at 5 ms',
  async run(report, effort) {
    const server = await startPlainServer();
    try {
      const { lateness, perSecond } = await runOurs({
        port: server.port,
        load: effort === 'smoke' ? 'every:5ms/1s' : 'every:5ms/30s',
      });
      if (!lateness) throw new Error('an open loop without lateness');
      const of = (subject: string): string => `${pacingRow.subject}, ${subject}`;
      report({ subject: of('p50 late'), value: 1000 * lateness.p50, unit: 'us', bar: { atMost: 10 } });
      report({ subject: of('p99 late'), value: 1000 * lateness.p99, unit: 'us', bar: { atMost: 1000 } });
      report({ subject: of('rate'), value: perSecond, unit: '/s', bar: { atLeast: 199.8 }, note: '200 were meant' });
    } finally {
      await server.stop();
    }
  },
};

/** What Node adds to the time of one exchange when there is a second of rest between them. */
export const gapRow: Row = {
  subject: '1 s gaps',
  async run(report, effort) {
    const seconds = effort === 'smoke' ? 2 : 30;
    const server = await startPlainServer();
    const { program, remove } = await compileC('gap-client');
    try {
      const [ours, { stdout }] = await Promise.all([
        runOurs({ port: server.port, load: `every:1s/${seconds}s` }),
        promisify(execFile)(program, [server.port, seconds, 1000].map(String)),
      ]);
      const c = median(stdout.trim().split('\n').map(Number));
      report({
        subject: `${gapRow.subject}, above a C client`,
        value: ours.response.p50 - c,
        unit: 'ms',
        bar: { atMost: 0.25 },
        note: `ours ${ours.response.p50.toFixed(3)}, C ${c.toFixed(3)} ms, medians of ${seconds}`,
      });
    } finally {
      remove();
      await server.stop();
    }
  },
};
