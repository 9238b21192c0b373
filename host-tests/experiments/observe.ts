import type { BoardSnapshot } from '../../tools/virtual-board/inspect.ts';
import type { JudgedFlow } from '../stress/verdict/flow-table.ts';
import { RST } from '../stress/verdict/segment.ts';
import type { VerdictName } from '../stress/verdict/verdict.ts';
import { Laboratory } from './laboratory.ts';
import type { PeerLoad, Trial } from './experiment.ts';

/** Everything that one trial left to be read. */
export interface Observation {
  /** In the order in which they began. */
  flows: readonly JudgedFlow[];
  /** Connections that got their response, or that the laptop accepted. */
  served: number;
  /** From the request to the last byte of a fetch, milliseconds; Infinity when it did not come. */
  transferMs: number;
  /** The laptop's connections that still wait for the ACK of their FIN. */
  lastAck: number;
  /** Resets of the board during the load. */
  restarts: number;
  heapAtStart: number;
  /** Of the board since the load began; `t` in milliseconds from then. */
  samples: readonly (BoardSnapshot & { t: number })[];
  /** Virtual time that it took, milliseconds. */
  virtualMs: number;
}

/** Runs one trial in virtual time. `firmware` is the folder with the compiled program. */
export function observeTrial(trial: Trial, firmware: string, seed: number): Observation {
  const { profile, program, load, heap } = trial;
  const laboratory = new Laboratory({
    profile,
    firmware,
    files: program.files ?? {},
    ready: program.ready,
    seed,
    judged: load.kind === 'listen' ? 'laptop' : 'board',
    port: load.kind === 'heads' ? 80 : load.port,
    ...(heap !== undefined && { heap }),
    ...(load.kind === 'fetch' && { policy: load.policy }),
  });
  const heapAtStart = laboratory.board.snapshot({ collect: true }).heap;
  const { served, transferMs } = applyLoad(laboratory, load);
  laboratory.finish();
  const { startedAt, judged, samples, resets, laptop } = laboratory;
  return {
    flows: judged.toSorted((a, b) => a.startedAt - b.startedAt),
    served,
    transferMs,
    lastAck: laptop.count('LAST_ACK'),
    restarts: resets,
    heapAtStart,
    samples: samples.map((sample) => ({ ...sample, t: sample.at - startedAt })),
    virtualMs: laboratory.clock.now(),
  };
}

function applyLoad(laboratory: Laboratory, load: PeerLoad): Pick<Observation, 'served' | 'transferMs'> {
  switch (load.kind) {
    case 'heads':
      return { served: sendHeads(laboratory, load), transferMs: Infinity };
    case 'listen':
      return { served: acceptAll(laboratory, load), transferMs: Infinity };
    case 'fetch':
      return { served: 1, transferMs: fetchBytes(laboratory, load) };
  }
}

function fetchBytes(laboratory: Laboratory, load: Extract<PeerLoad, { kind: 'fetch' }>): number {
  const { clock, laptop } = laboratory;
  let began = 0;
  let ended = Infinity;
  let received = 0;
  laptop.connect(load.port, {
    opened: (connection) => {
      began = clock.now();
      connection.write(REQUEST);
    },
    received: (connection, data) => {
      received += data.length;
      if (received < load.bytes) return;
      ended = clock.now();
      connection.close();
    },
    ended: (connection) => connection.close(),
    gone: () => undefined,
  });
  laboratory.run(load.durationMs);
  return ended - began;
}

const REQUEST = new TextEncoder().encode('HEAD / HTTP/1.1\r\nHost: 192.168.100.99\r\nConnection: close\r\n\r\n');

function sendHeads(laboratory: Laboratory, load: Extract<PeerLoad, { kind: 'heads' }>): number {
  const { clock, laptop } = laboratory;
  let served = 0;
  for (let index = 0; index < load.count; index++) {
    clock.after(index * load.everyMs, () => {
      let isServed = false;
      laptop.connect(80, {
        opened: (connection) => connection.write(REQUEST),
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
  return served;
}

function acceptAll(laboratory: Laboratory, { port, durationMs }: Extract<PeerLoad, { kind: 'listen' }>): number {
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
  return served;
}

/** Readers: one number out of an observation. */
export const countOf =
  (...verdicts: VerdictName[]) =>
  ({ flows }: Observation): number =>
    flows.filter(({ verdict }) => verdicts.includes(verdict)).length;

/** How often the device sent RST. */
export const resetsOnWire = ({ flows }: Observation): number =>
  flows.reduce(
    (sum, { segments }) => sum + segments.filter((one) => one.from === 'device' && one.flags & RST).length,
    0,
  );

export const transferMs = (observation: Observation): number => observation.transferMs;
export const served = (observation: Observation): number => observation.served;
export const restarts = (observation: Observation): number => observation.restarts;
export const lastAck = (observation: Observation): number => observation.lastAck;

export const mostTimeWait = ({ samples }: Observation): number =>
  Math.max(0, ...samples.map(({ pcbs }) => pcbs.TIME_WAIT ?? 0));

export const lowestHeap = ({ samples }: Observation): number => Math.min(...samples.map(({ heap }) => heap));

/** Median of the last third: the plateau, if there is one. */
const plateau = (values: readonly number[]): number => {
  const last = values.slice(-Math.ceil(values.length / 3)).toSorted((a, b) => a - b);
  return last[last.length >> 1] ?? 0;
};

export const steadyTimeWait = ({ samples }: Observation): number =>
  plateau(samples.map(({ pcbs }) => pcbs.TIME_WAIT ?? 0));
export const steadyHeap = ({ samples }: Observation): number => plateau(samples.map(({ heap }) => heap));

/** Position, from 1, of the n-th duel (from 0) among the connections; 0 when there is none. */
export const duelAt =
  (n: number) =>
  ({ flows }: Observation): number => {
    const positions = flows.flatMap(({ verdict }, index) => (verdict === 'duel' ? [index + 1] : []));
    return positions[n] ?? 0;
  };
