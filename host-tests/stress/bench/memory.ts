import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startPlainServer } from './plain-server.ts';
import type { Row } from './row.ts';

/** Resident memory of a long run: what grows with the number of connections shows here. */
export const memoryRow: Row = {
  subject: 'a million connections',
  async run(report, effort) {
    const server = await startPlainServer();
    try {
      const child = new URL('./memory-child.ts', import.meta.url).pathname;
      const wanted = effort === 'smoke' ? 2000 : 1_000_000;
      const { stdout } = await promisify(execFile)(process.execPath, [
        ...['--import', 'tsx', child],
        ...[server.port, wanted].map(String),
      ]);
      const { connections, megabytes } = JSON.parse(stdout) as { connections: number; megabytes: number };
      report({
        subject: `${memoryRow.subject}, resident`,
        value: megabytes,
        unit: 'MB at most',
        bar: { atMost: 100 },
        note: `${connections} connections, tsx included`,
      });
    } finally {
      await server.stop();
    }
  },
};
