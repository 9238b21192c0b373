import { isBoardTrial, type BoardTrial, type PeerLoad, type StackTrial, type Trial } from './experiment.ts';
import { Laboratory } from './laboratory.ts';
import { NOTHING_OBSERVED, type Observation } from './observation.ts';
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
  const laboratory = new Laboratory({
    profile,
    firmware: firmware(program.entry),
    files: program.files ?? {},
    ready: program.ready,
    seed,
    judged: load.kind === 'listen' ? 'laptop' : 'board',
    port: load.kind === 'heads' ? 80 : load.port,
    watch,
    ...(load.kind === 'fetch' && { policy: load.policy }),
  });
  const seen = applyLoad(laboratory, load);
  return {
    ...NOTHING_OBSERVED,
    ...seen,
    ...laboratory.subject.finish(),
    lastAck: laboratory.laptop.count('LAST_ACK'),
  };
}

type Seen = Partial<Pick<Observation, 'served' | 'transferMs' | 'transferred'>>;

function applyLoad(laboratory: Laboratory, load: PeerLoad): Seen {
  switch (load.kind) {
    case 'heads':
      return sendHeads(laboratory, load);
    case 'listen':
      return acceptAll(laboratory, load);
    case 'fetch':
      return fetchBytes(laboratory, load);
  }
}

function fetchBytes(laboratory: Laboratory, load: Extract<PeerLoad, { kind: 'fetch' }>): Seen {
  const { clock, laptop } = laboratory;
  let wanted = load.bytes === 'content-length' ? Infinity : load.bytes;
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
  laboratory.run(load.durationMs);
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

function acceptAll(laboratory: Laboratory, { port, durationMs }: Extract<PeerLoad, { kind: 'listen' }>): Seen {
  let served = 0;
  laboratory.laptop.listen(port, {
    opened: () => undefined,
    received: () => {
      served++;
    },
    ended: (connection) => connection.close(),
    gone: () => undefined,
  });
  laboratory.run(durationMs, 50);
  return { served };
}
