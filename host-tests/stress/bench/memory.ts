import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StressReport } from '../report/stress-report.ts';
import { startPlainServer } from './plain-server.ts';
import type { Row } from './row.ts';

const command = fileURLToPath(new URL('../../../tools/cli/last-ack.js', import.meta.url));
const SAMPLE_MS = 50;

/** Resident memory of a long run of `last-ack stress`: what grows with the number of connections shows here. */
const rows = [
  { capture: 'none', evidence: 'judged by sockets', bar: { atMost: 100 } },
  // Frames wait in a ring of the kernel and their connections in a thread: what that takes is only shown.
  { capture: 'auto', evidence: 'judged by frames' },
] as const;

export const memoryRows: readonly Row[] = rows.map(({ capture, evidence, ...bar }) => {
  const subject = `a million connections ${evidence}`;
  return {
    subject,
    async run(report, effort) {
      const server = await startPlainServer();
      try {
        const wanted = effort === 'smoke' ? 2000 : 1_000_000;
        const { atTenth, most, result } = await hammer(server.port, wanted, capture);
        report({
          subject: `${subject}, resident`,
          value: most,
          unit: 'MB at most',
          ...bar,
          note: `all processes of the command; ${atTenth.toFixed(0)} MB after a tenth; ${result.totals.connections} connections at ${result.steps[0]?.perSecond.toFixed(0)}/s; ${result.evidence.source}`,
        });
      } finally {
        await server.stop();
      }
    },
  };
});

interface Hammered {
  /** Most megabytes resident until a tenth of the time was over, and until the end. */
  atTenth: number;
  most: number;
  result: StressReport;
}

/** The command as a user gives it, watched until it ends. */
async function hammer(port: number, connections: number, capture: string): Promise<Hammered> {
  const folder = mkdtempSync(join(tmpdir(), 'last-ack-bench-'));
  const out = join(folder, 'stress.json');
  try {
    const child = spawn(
      process.execPath,
      [
        ...[command, 'stress', '--host', '127.0.0.1', '--port', String(port), '--capture', capture],
        ...['--load', `clients:50/${connections}x`, '--out', out],
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    const samples: number[] = [];
    const timer = setInterval(() => samples.push(residentMegabytes(child.pid ?? 0)), SAMPLE_MS);
    await once(child, 'exit');
    clearInterval(timer);
    return {
      atTenth: Math.max(...samples.slice(0, samples.length / 10)),
      most: Math.max(...samples),
      result: JSON.parse(readFileSync(out, 'utf8')) as StressReport,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Of a process and all that it started, pages that they share counted for each. */
function residentMegabytes(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const own = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1.024e-3;
    const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean),
    );
    return children.reduce((sum, child) => sum + residentMegabytes(Number(child)), own);
  } catch {
    // It has ended meanwhile.
    return 0;
  }
}
