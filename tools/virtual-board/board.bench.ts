import type { Bench, Figure } from '../bench/bench.ts';
import { benchServers } from './bench/server.ts';
import { HeadClient } from './bench/head-client.ts';
import { VirtualBoard } from './board.ts';
import { VirtualClock } from './clock.ts';
import { findProfile } from './profiles/index.ts';
import { seededRandom } from './random.ts';
import { MemoryFlash } from './serial/memory-flash.ts';
import { namespaceMissing, runInNamespace } from './wire/testing.ts';
import { createWire } from './wire/wire.ts';

/** Connections of one client, which then gives way to a new one: its ports are in TIME_WAIT. */
const CONNECTIONS_PER_CLIENT = 10_000;
const CLIENTS = 5;
const HOUR_MS = 3_600_000;
const HEAD_EVERY_MS = 200;
const RUNS = 3;

export const bench: Bench = {
  summary: 'the virtual board with Lua in the path, one new TCP connection per HEAD',
  async run(report, effort) {
    report(inProcess(effort === 'smoke' ? 1 : CLIENTS));
    report(virtualHour(effort === 'smoke' ? HOUR_MS / 60 : HOUR_MS));
    await overTap(report, effort === 'smoke' ? 1 : RUNS);
  },
};

interface Bed {
  clock: VirtualClock;
  board: VirtualBoard;
  newClient: () => HeadClient;
}

function makeBed(server: keyof typeof benchServers): Bed {
  const clock = new VirtualClock();
  const [near, far] = createWire(clock);
  const board = new VirtualBoard({
    ...{ clock, link: near, random: seededRandom(1), flash: new MemoryFlash(), speed: 'host' },
    ...{ profile: findProfile('nodemcu-3.0'), files: benchServers[server] },
  });
  board.powerOn();
  clock.runUntil(1000);
  return { clock, board, newClient: () => new HeadClient(far, clock, server === 'clientFirst') };
}

/** HEADs one after the other, as fast as it goes; the client closes first, so that no TIME_WAIT fills the chip. */
function inProcess(clients: number): Figure {
  const bed = makeBed('clientFirst');
  hammer(bed);
  const start = performance.now();
  const cpuStart = process.cpuUsage();
  let answered = 0;
  for (let client = 0; client < clients; client++) answered += hammer(bed);
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpuStart);
  bed.board.close();
  const connections = clients * CONNECTIONS_PER_CLIENT;
  return {
    subject: 'in process, client first',
    value: connections / seconds,
    unit: 'connections/s',
    bar: { atLeast: 50_000 },
    note: `${answered} of ${connections} answered, ${Math.round((connections / (user + system)) * 1e6)} per CPU second`,
  };
}

/** A new client's HEADs, one after the other; returns how many were answered. */
function hammer({ clock, newClient }: Bed): number {
  const client = newClient();
  let answered = 0;
  let ended = 0;
  const next = (): void => {
    if (ended < CONNECTIONS_PER_CLIENT) client.head(onEnd);
  };
  const onEnd = (good: boolean): void => {
    ended++;
    if (good) answered++;
    clock.after(0, next);
  };
  next();
  while (ended < CONNECTIONS_PER_CLIENT && clock.step());
  client.stop();
  return answered;
}

/** One HEAD every 0.2 s for so much of the board's time. */
function virtualHour(durationMs: number): Figure {
  const { clock, board, newClient } = makeBed('naive');
  const client = newClient();
  let answered = 0;
  const begin = clock.now();
  const start = performance.now();
  for (let at = HEAD_EVERY_MS; at <= durationMs; at += HEAD_EVERY_MS) {
    client.head((good) => {
      if (good) answered++;
    });
    clock.runUntil(begin + at);
  }
  const seconds = (performance.now() - start) / 1000;
  const { restarts } = board.snapshot();
  client.stop();
  board.close();
  return {
    subject: 'an hour of HEADs every 0.2 s in virtual time, server first',
    value: seconds,
    unit: 's',
    bar: { atMost: 5 },
    note: `${answered} of ${durationMs / HEAD_EVERY_MS} answered, ${restarts} restarts`,
  };
}

/** What tap-bench.ts prints. */
export interface TapRun {
  board: number;
  peer: number;
}

async function overTap(report: (figure: Figure) => void, times: number): Promise<void> {
  const missing = await namespaceMissing();
  if (missing !== undefined) {
    console.error(`the TAP is not measured: ${missing}`);
    return;
  }
  const runs: TapRun[] = [];
  for (let run = 0; run < times; run++) {
    const { stdout, stderr } = await runInNamespace(new URL('./bench/tap-bench.ts', import.meta.url), [], 120_000);
    if (stdout === '') throw new Error(`the TAP could not be measured: ${stderr}`);
    runs.push(JSON.parse(stdout) as TapRun);
  }
  const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
  report({
    subject: 'ab -c 1 over TAP, server first',
    value: median(runs.map(({ board }) => board)),
    unit: 'connections/s',
    bar: { atLeast: 8000 },
    note: `median of ${times} runs; ab against node:net on the loopback: ${Math.round(median(runs.map(({ peer }) => peer)))}`,
  });
}
