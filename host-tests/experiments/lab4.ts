import { findProfile } from '../../tools/virtual-board/profiles/index.ts';
import type { Experiment, ExpectedFigure, PeerLoad, Program, Trial } from './experiment.ts';
import { transferMs, type Observation } from './observe.ts';

/** The program's port that keeps one send in flight, and the one that keeps several. */
const ONE_IN_FLIGHT = 9001;
const SEVERAL_IN_FLIGHT = 9002;
const MSS = 1460;

const bulk = (length: number, count: number, inFlight: number): Program => ({
  name: `${count} sends of ${length} B`,
  entry: 'examples/bulk-sender.ts',
  ready: 'bulk:',
  files: { 'bulk.lua': `return {length=${length},count=${count},inFlight=${inFlight}}` },
});

/** A peer that acknowledges every second segment at once and a single one after `delayMs`. */
const fetch = (port: number, length: number, count: number, delayMs: number): PeerLoad => ({
  kind: 'fetch',
  port,
  bytes: length * count,
  durationMs: count * delayMs + 3000,
  policy: { every: 2, delayMs },
});

interface TrialPlan {
  name: string;
  profile: string;
  port?: number;
  length: number;
  count: number;
  delayMs: number;
  figure: ExpectedFigure;
  isCure?: boolean;
  /** Sends in flight on the second port. */
  inFlight?: number;
}

function trial({
  name,
  profile,
  port = ONE_IN_FLIGHT,
  length,
  count,
  delayMs,
  figure,
  isCure = false,
  inFlight = 2,
}: TrialPlan): Trial {
  return {
    name,
    isCure,
    profile: findProfile(profile),
    program: bulk(length, count, inFlight),
    load: fetch(port, length, count, delayMs),
    figures: [figure],
  };
}

/** The last segment's delay is not waited for by the reader: it has the byte before the sender has its ACK. */
const time = (low: number, high: number): ExpectedFigure => ({
  name: 'transfer time',
  read: transferMs,
  low,
  high,
  unit: 'ms',
});

const rate =
  (bytes: number) =>
  (low: number, high: number): ExpectedFigure => ({
    name: 'rate',
    read: (observation: Observation) => bytes / Math.max(1, transferMs(observation)),
    low,
    high,
    unit: 'kB/s',
  });

/** Delayed ACK and TCP performance (NuttX, uIP). */
export function lab4(): Experiment[] {
  const text = 'lab 4: delayed ACK and TCP performance (NuttX, uIP)';
  const source = 'the arithmetic of the text, checked with a scripted peer';
  const sends = 21;
  const of512 = rate(512 * sends);
  return [
    {
      id: '4.2',
      text,
      title: '10 kB in seven segments, one in flight, a peer that delays single ACKs by 200 or 500 ms',
      source,
      chart: 'none',
      trials: [
        trial({ name: 'uIP, 200 ms', profile: 'uip', length: MSS, count: 8, delayMs: 200, figure: time(1380, 1500) }),
        trial({ name: 'uIP, 500 ms', profile: 'uip', length: MSS, count: 8, delayMs: 500, figure: time(3450, 3700) }),
        trial({
          name: 'packets split in two',
          isCure: true,
          profile: 'uip-split',
          length: MSS,
          count: 8,
          delayMs: 200,
          figure: time(0, 150),
        }),
        trial({
          name: 'two segments in flight',
          isCure: true,
          profile: 'nodemcu-3.0',
          port: SEVERAL_IN_FLIGHT,
          length: MSS,
          count: 8,
          delayMs: 200,
          figure: time(0, 150),
        }),
      ],
    },
    {
      id: '4.3',
      text,
      title: 'a send returns with the ACK of its last segment: odd counts wait, even counts do not',
      source,
      chart: 'none',
      trials: [
        trial({
          name: 'NuttX, sends of 1 segment',
          profile: 'nuttx',
          length: MSS,
          count: 6,
          delayMs: 200,
          figure: time(980, 1100),
        }),
        trial({
          name: 'NuttX, sends of 2 segments',
          profile: 'nuttx',
          length: 2 * MSS,
          count: 6,
          delayMs: 200,
          figure: time(0, 150),
        }),
        trial({
          name: 'NuttX, 512 B, 200 ms',
          profile: 'nuttx',
          length: 512,
          count: sends,
          delayMs: 200,
          figure: of512(2.4, 2.8),
        }),
        trial({
          name: 'NuttX, 512 B, 500 ms',
          profile: 'nuttx',
          length: 512,
          count: sends,
          delayMs: 500,
          figure: of512(0.95, 1.15),
        }),
        trial({
          name: 'even number of segments',
          isCure: true,
          profile: 'nuttx-split',
          length: 512,
          count: sends,
          delayMs: 200,
          figure: of512(30, Infinity),
        }),
        trial({
          name: 'write buffers',
          isCure: true,
          profile: 'nuttx-write-buffers',
          port: SEVERAL_IN_FLIGHT,
          inFlight: sends + 1,
          length: 512,
          count: sends + 1,
          delayMs: 200,
          figure: of512(30, Infinity),
        }),
      ],
    },
  ];
}
