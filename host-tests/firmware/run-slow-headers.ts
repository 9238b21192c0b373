import { execFile } from 'node:child_process';
import { findProgram } from '../../tools/doctor/programs.ts';
import { startVirtualBoard } from '../../tools/virtual-board/session.ts';
import { enterNamespace } from '../../tools/virtual-board/wire/namespace.ts';

/** What this program prints as JSON. */
export interface SlowHeadersReport {
  /** Of each ordinary request during the attack: status, whether its SYN was refused, and ms until the last byte. */
  requests: { status: number; isRefused: boolean; ms: number }[];
  attack: string;
  restarts: number;
}

const CONNECTIONS = 50;
const ATTACK_S = 15;
const BETWEEN_MS = 500;
const PATIENCE_MS = 20_000;
/** Exit code of curl for a connection that could not be made. */
const COULD_NOT_CONNECT = 7;

// Run in a namespace of its own: <folder with the firmware>.
const [folder = ''] = process.argv.slice(2);
await enterNamespace();
const session = await startVirtualBoard({ net: 'tap', files: folder });
const url = `http://${session.host}/`;
try {
  await untilServing();
  const state = { isOver: false };
  const attack = run('slowhttptest', [
    ...['-H', '-c', String(CONNECTIONS), '-r', String(CONNECTIONS), '-i', '1', '-l', String(ATTACK_S), '-u', url],
  ]).finally(() => (state.isOver = true));
  const requests: SlowHeadersReport['requests'] = [];
  // The ordinary client of every system: curl, a connection of its own for each request.
  while (!state.isOver) {
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
    requests.push(await request());
  }
  const report: SlowHeadersReport = { requests, attack: await attack, restarts: (await session.snapshot()).restarts };
  console.log(JSON.stringify(report));
} finally {
  await session.close();
}

function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(findProgram([program]) ?? program, args, { timeout: 60_000, killSignal: 'SIGKILL' }, (_, stdout) =>
      resolve(stdout),
    );
  });
}

async function request(): Promise<SlowHeadersReport['requests'][number]> {
  const began = performance.now();
  const told = await run('curl', [
    '-s',
    '-o',
    '/dev/null',
    '-m',
    String(PATIENCE_MS / 1000),
    '-w',
    '%{http_code} %{exitcode}',
    url,
  ]);
  const [status, exitCode] = told.split(' ').map(Number);
  return { status: status ?? 0, isRefused: exitCode === COULD_NOT_CONNECT, ms: performance.now() - began };
}

async function untilServing(): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if ((await request()).status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the board does not serve');
}
