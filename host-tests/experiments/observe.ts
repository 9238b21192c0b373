import {
  isBoardTrial,
  type BoardTrial,
  type PeerLoad,
  type Program,
  type StackTrial,
  type Trial,
} from './experiment.ts';
import { Laboratory } from './laboratory.ts';
import { NOTHING_OBSERVED, type Observation } from './observation.ts';
import type { LinuxConnection, PeerEvents } from './peer/linux-connection.ts';
import { GET, HEAD } from './request.ts';
import { observeReceive } from './stack/receive.ts';
import { observeSend } from './stack/send.ts';
import { observeShortConnections } from './stack/short-connections.ts';
import type { WatchWire } from './stack/watch.ts';

export interface ObserveOptions {
  /** Gives the folder with a compiled program. */
  firmware: (entry: string) => string;
  seed: number;
  watch: WatchWire;
}

/** Runs one trial in virtual time. */
export function observeTrial(trial: Trial, options: ObserveOptions): Observation {
  return isBoardTrial(trial) ? observeBoard(trial, options) : observeStack(trial, options);
}

function observeStack({ profile, load }: StackTrial, { seed, watch }: ObserveOptions): Observation {
  switch (load.kind) {
    case 'receive':
      return observeReceive(profile.tcp, load, seed, watch);
    case 'send':
      return observeSend(profile.tcp, load, seed, watch);
    case 'short-connections':
      return observeShortConnections(profile, load, seed, watch);
  }
}

function observeBoard(trial: BoardTrial, { firmware, seed, watch }: ObserveOptions): Observation {
  const { profile, program, load } = trial;
  const server = load.kind === 'listen' ? new CountingServer() : undefined;
  const laboratory = new Laboratory({
    profile,
    firmware: firmware(program.entry),
    settings: program.settings,
    ready: program.ready,
    seed,
    judged: server ? 'laptop' : 'board',
    port: load.kind === 'heads' ? 80 : load.port,
    watch,
    ...(load.kind === 'fetch' && { policy: load.policy }),
    ...(server && load.kind === 'listen' && { server: { port: load.port, events: server } }),
  });
  const seen = applyLoad(laboratory, trial);
  return {
    ...NOTHING_OBSERVED,
    ...seen,
    ...(server && { served: server.served, transferred: server.transferred }),
    ...laboratory.subject.finish(),
    lastAck: laboratory.laptop.count('LAST_ACK'),
  };
}

/** Takes all that comes, and closes when the device has. */
class CountingServer implements PeerEvents {
  served = 0;
  transferred = 0;

  opened(): void {
    this.served++;
  }

  received(_connection: LinuxConnection, { length }: Uint8Array): void {
    this.transferred += length;
  }

  ended(connection: LinuxConnection): void {
    connection.close();
  }

  gone(): void {
    // Nothing is kept of a connection.
  }
}

type Seen = Partial<Pick<Observation, 'served' | 'transferMs' | 'transferred'>>;

function applyLoad(laboratory: Laboratory, { load, program }: BoardTrial): Seen {
  switch (load.kind) {
    case 'heads':
      return sendHeads(laboratory, load);
    case 'listen':
      laboratory.run(load.durationMs, 50);
      return {};
    case 'fetch':
      return fetchBytes(laboratory, load, load.until === 'all-sent' ? bytesOf(program) : Infinity);
  }
}

/** What a bulk sender sends in all. */
const bytesOf = ({ settings }: Program): number =>
  (settings?.values['length'] ?? NaN) * (settings?.values['count'] ?? NaN);

/** A fetch that takes longer is given up. */
const PATIENCE_MS = 300_000;
const SAMPLE_MS = 250;

/** `bytes`: how many; Infinity: as many as Content-Length says. */
function fetchBytes(laboratory: Laboratory, load: Extract<PeerLoad, { kind: 'fetch' }>, bytes: number): Seen {
  const { clock, laptop } = laboratory;
  let wanted = bytes;
  let began = 0;
  let ended = Infinity;
  let received = 0;
  let head = '';
  laptop.connect(load.port, {
    opened: (connection) => {
      began = clock.now();
      connection.write(GET);
    },
    received: (connection, data) => {
      received += data.length;
      if (wanted === Infinity) {
        head += Buffer.from(data).toString('latin1');
        wanted = lengthOf(head);
      }
      if (received < wanted) return;
      ended = clock.now();
      connection.close();
    },
    ended: (connection) => connection.close(),
    gone: () => undefined,
  });
  const deadline = clock.now() + PATIENCE_MS;
  while (ended === Infinity && clock.now() < deadline) laboratory.run(SAMPLE_MS);
  return { served: ended < Infinity ? 1 : 0, transferMs: ended - began, transferred: received };
}

/** Bytes of a whole response, head included; Infinity as long as its head has not come. */
function lengthOf(text: string): number {
  const [, head, length] = /^([^]*?\r\nContent-Length: *(\d+)[^]*?\r\n\r\n)/i.exec(text) ?? [];
  return head === undefined ? Infinity : head.length + Number(length);
}

function sendHeads(laboratory: Laboratory, load: Extract<PeerLoad, { kind: 'heads' }>): Seen {
  const { clock, laptop } = laboratory;
  let served = 0;
  for (let index = 0; index < load.count; index++) {
    clock.after(index * load.everyMs, () => {
      let isServed = false;
      laptop.connect(80, {
        opened: (connection) => connection.write(HEAD),
        received: (connection) => {
          if (!isServed) served++;
          isServed = true;
          if (load.close === 'first') connection.close();
        },
        ended: (connection) => connection.close(),
        gone: () => undefined,
      });
    });
  }
  laboratory.run(load.count * load.everyMs + load.afterMs);
  return { served };
}
