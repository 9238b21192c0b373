import { ACK, distance, endOf, FIN, RST } from '../stress/verdict/segment.ts';
import type { VerdictName } from '../stress/verdict/verdict.ts';
import type { ExpectedFigure, Plot, Trial } from './experiment.ts';
import type { Observation } from './observation.ts';

/** A reader takes one number out of an observation. */
export type Reader = (observation: Observation) => number;

export const exactly = (name: string, read: Reader, value: number, unit?: string): ExpectedFigure =>
  within(name, read, value, value, { unit });

export const within = (
  name: string,
  read: Reader,
  low: number,
  high: number,
  { unit, reference }: { unit?: string | undefined; reference?: string } = {},
): ExpectedFigure => ({
  name,
  read,
  low,
  high,
  ...(unit !== undefined && { unit }),
  ...(reference !== undefined && { reference }),
});

export const countOf =
  (...verdicts: VerdictName[]): Reader =>
  ({ flows }) =>
    flows.filter(({ verdict }) => verdicts.includes(verdict)).length;

/** How often the device sent RST. */
export const resetsOnWire: Reader = ({ flows }) =>
  flows.reduce(
    (sum, { segments }) => sum + segments.filter((one) => one.from === 'device' && one.flags & RST).length,
    0,
  );

export const transferMs: Reader = (observation) => observation.transferMs;
/** Bytes per millisecond, which is kB/s. */
export const transferRate: Reader = (observation) => observation.transferred / Math.max(1, observation.transferMs);
/** Free heap after a collection, before the load minus after it. */
export const heapLost: Reader = ({ heapAtStart, heapAtEnd }) => heapAtStart - heapAtEnd;

/** How long the client's FIN waits for its ACK: the median of all connections, milliseconds. */
export const finAckMs: Reader = ({ flows }) => {
  const waits = flows.flatMap(({ segments }) => {
    const fin = segments.find(({ from, flags }) => from === 'client' && flags & FIN);
    if (!fin) return [];
    const isAck = (one: (typeof segments)[number]): boolean =>
      one.from === 'device' && one.t >= fin.t && (one.flags & ACK) !== 0 && distance(one.ack, endOf(fin)) >= 0;
    const ack = segments.find(isAck);
    return ack ? [ack.t - fin.t] : [];
  });
  return median(waits);
};

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

export const served: Reader = (observation) => observation.served;
export const restarts: Reader = (observation) => observation.restarts;
export const lastAck: Reader = (observation) => observation.lastAck;
export const measure =
  (name: string): Reader =>
  ({ measures }) =>
    measures[name] ?? NaN;

export const mostTimeWait: Reader = ({ samples }) => Math.max(0, ...samples.map(({ pcbs }) => pcbs.TIME_WAIT ?? 0));
export const lowestHeap: Reader = ({ samples }) => Math.min(...samples.map(({ heap }) => heap));

/** Median of the last third: the plateau, if there is one. */
const plateau = (values: readonly number[]): number => median(values.slice(-Math.ceil(values.length / 3)));

export const steadyTimeWait: Reader = ({ samples }) => plateau(samples.map(({ pcbs }) => pcbs.TIME_WAIT ?? 0));
/** Median over the second half of the load, while new connections come. */
export const loadedTimeWait: Reader = ({ samples, flows }) => {
  const [first, last] = [flows[0], flows.at(-1)];
  const length = first && last ? last.startedAt - first.startedAt : 0;
  return median(samples.filter(({ t }) => t >= length / 2 && t <= length).map(({ pcbs }) => pcbs.TIME_WAIT ?? 0));
};
export const steadyHeap: Reader = ({ samples }) => plateau(samples.map(({ heap }) => heap));

/** Position, from 1, of the n-th duel (from 0) among the connections; 0 when there is none. */
export const duelAt =
  (n: number): Reader =>
  ({ flows }) => {
    const positions = flows.flatMap(({ verdict }, index) => (verdict === 'duel' ? [index + 1] : []));
    return positions[n] ?? 0;
  };

/** A line of a plot: a run for each `x`, of which nothing is expected. */
export const line = (name: string, xs: readonly number[], trial: (x: number) => Trial): Plot['series'][number] => ({
  name,
  points: xs.map((x) => ({ x, trial: { ...trial(x), name: `${name}, ${x}`, figures: [] } })),
});
