import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { RealClock } from '../../../tools/virtual-board/clock.ts';
import { seededRandom } from '../../../tools/virtual-board/random.ts';
import { createTap } from '../../../tools/virtual-board/wire/tap.ts';
import type { BoardTrial, PeerLoad } from '../experiment.ts';
import { NOTHING_OBSERVED, type Observation } from '../observation.ts';
import { HEAD } from '../request.ts';
import type { WatchWire } from '../stack/watch.ts';
import { Subject } from '../subject.ts';

export type Heads = Extract<PeerLoad, { kind: 'heads' }>;

const [LAPTOP, BOARD, PORT] = ['192.168.100.1', '192.168.100.99', 80];
const SAMPLE_MS = 250;
const LOOP_MS = 10;

export interface TapOptions {
  /** A folder with the compiled program. */
  firmware: string;
  seed: number;
  watch: WatchWire;
}

/**
 * The same load from this machine's own TCP over a TAP, in real time. Wants a network namespace of its own: what duels
 * leave in the kernel lives for minutes.
 */
export async function observeTap(
  trial: BoardTrial & { load: Heads },
  { firmware, seed, watch }: TapOptions,
): Promise<Observation> {
  const { profile, program, load } = trial;
  const link = createTap({ name: 'lastack0', address: LAPTOP, prefix: 24 });
  const clock = new RealClock();
  const subject = new Subject({
    ...{ profile, firmware, watch, link, clock, random: seededRandom(seed) },
    ...{ settings: program.settings, judged: 'board', port: PORT },
  });
  try {
    while (!subject.hasSaid(program.ready)) await sleep(20);
    subject.begin();
    const lateness = monitorEventLoopDelay({ resolution: LOOP_MS });
    lateness.enable();
    const { ports, count } = sendHeads(load);
    const end = clock.now() + load.count * load.everyMs + load.afterMs;
    while (clock.now() < end) {
      await sleep(SAMPLE_MS);
      subject.sample();
    }
    const lastAck = inLastAck(ports);
    const seen = subject.finish();
    const lateMs = Math.max(0, lateness.percentile(99) / 1e6 - LOOP_MS);
    return {
      ...NOTHING_OBSERVED,
      ...seen,
      ...{ served: count(), lastAck, measures: { ...seen.measures, lateMs } },
    };
  } finally {
    link.close();
  }
}

/** Every connection from a socket that lets the program close when it wants; local ports as they become known. */
function sendHeads({ count, everyMs, close }: Heads): { ports: Set<number>; count: () => number } {
  const ports = new Set<number>();
  const began = performance.now();
  let served = 0;
  const send = (): void => {
    const socket = connect({ host: BOARD, port: PORT, allowHalfOpen: true });
    socket.on('connect', () => {
      ports.add(socket.localPort ?? 0);
      socket.write(HEAD);
    });
    onFirstData(socket, () => {
      served++;
      if (close === 'first') socket.end();
    });
    socket.on('end', () => socket.end());
    // A reset or a refusal is seen on the wire; the program has nothing to add.
    socket.on('error', () => socket.destroy());
  };
  for (let index = 0; index < count; index++) setTimeout(send, began + index * everyMs - performance.now());
  return { ports, count: () => served };
}

function onFirstData(socket: Socket, then: () => void): void {
  let isFirst = true;
  socket.on('data', () => {
    if (isFirst) then();
    isFirst = false;
  });
}

// include/net/tcp_states.h
const LAST_ACK = '09';

/** How many of our connections the kernel still has in LAST_ACK. */
function inLastAck(ports: ReadonlySet<number>): number {
  const rows = readFileSync('/proc/net/tcp', 'latin1').trim().split('\n').slice(1);
  return rows.filter((row) => {
    const [, local = '', , state] = row.trim().split(/\s+/);
    return state === LAST_ACK && ports.has(Number.parseInt(local.split(':')[1] ?? '', 16));
  }).length;
}
