import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../../tools/doctor/programs.ts';
import { startVirtualBoard } from '../../tools/virtual-board/session.ts';
import { enterNamespace } from '../../tools/virtual-board/wire/namespace.ts';
import type { BoardSnapshot } from '../../tools/virtual-board/inspect.ts';
import { interopClients } from './clients.ts';

/** What this program prints as JSON. */
export interface InteropReport {
  clients: { name: string; about: string; problem?: string }[];
  before: BoardSnapshot;
  after: BoardSnapshot;
}

const CLIENT_TIMEOUT_MS = 45_000;
/** After its first answer the firmware tidies up. */
const SETTLE_MS = 1000;
/** The longest life of a state without segments: SYN_RCVD, 20 s of the firmware's slow seconds. */
const IDLE_WITHIN_MS = 40_000;

// Run in a namespace of its own: <folder with the firmware> <capture to write>.
const [folder = '', pcap = ''] = process.argv.slice(2);
await enterNamespace();
const session = await startVirtualBoard({ net: 'tap', files: folder, pcap });
// Some clients write their settings into the home folder.
const home = mkdtempSync(join(tmpdir(), 'last-ack-interop-'));
try {
  await untilServing();
  // What the first request loads stays loaded.
  await fetch(`http://${session.host}/`).then((response) => response.text());
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const before = await session.snapshot({ collect: true });
  const clients: InteropReport['clients'] = [];
  for (const { program, args, about, judge } of interopClients(session.host)) {
    const name = [program, ...args].join(' ');
    const path = findProgram([program]);
    const problem = path === undefined ? `${program} is not installed` : judgeRun(await run(path, args), judge);
    clients.push({ name, about, ...(problem !== undefined && { problem }) });
  }
  await untilIdle();
  const report: InteropReport = { clients, before, after: await session.snapshot({ collect: true }) };
  console.log(JSON.stringify(report));
} finally {
  await session.close();
  rmSync(home, { recursive: true });
}

interface Ran {
  output: string;
  exitCode: number;
}

function run(path: string, args: readonly string[]): Promise<Ran> {
  const options = { timeout: CLIENT_TIMEOUT_MS, killSignal: 'SIGKILL', env: { ...process.env, HOME: home } } as const;
  return new Promise((resolve) => {
    execFile(path, args, options, (error, stdout, stderr) => {
      const exitCode = typeof error?.code === 'number' ? error.code : error ? -1 : 0;
      resolve({ output: `${stdout}${stderr}`, exitCode });
    });
  });
}

function judgeRun({ output, exitCode }: Ran, judge: (output: string, exitCode: number) => string | undefined) {
  const problem = judge(output, exitCode);
  return problem && `${problem} (exit ${exitCode}):\n${output.slice(-1500)}`;
}

async function untilServing(): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await canConnect()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the board does not serve');
}

/** Until no control block is left: what the clients abandoned has expired. */
async function untilIdle(): Promise<void> {
  const deadline = performance.now() + IDLE_WITHIN_MS;
  while (performance.now() < deadline && Object.keys((await session.snapshot()).pcbs).length > 0)
    await new Promise((resolve) => setTimeout(resolve, 250));
}

function canConnect(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(session.port, session.host, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
