import type { Figure } from '../../../tools/bench/bench.ts';
import { runAb, runOurs, runWrk, type Sample } from './clients.ts';
import { startPlainServer } from './plain-server.ts';
import { median, type Row } from './row.ts';

/** Shorter runs show a Node client at 0.7 of what it does warm. */
const SECONDS = 6;
const ROUNDS = 5;
/** More than one thread has nothing to do with fewer. */
const THREADED_CLIENTS = 50;

/** Bars: share of ab's and wrk's rate, CPU per connection against ab's, by number of clients. */
const bars = [
  { clients: 1, rate: 0.88, cpu: 1.25 },
  { clients: 5, rate: 0.9, cpu: 1.15 },
  { clients: 50, rate: 0.92, cpu: 1.1 },
];

/** One thread against ab and wrk, runs taken in turn since a machine's speed wanders. */
export const rateRows: readonly Row[] = bars.map(({ clients, rate, cpu }) => {
  const subject = `${clients} client${clients > 1 ? 's' : ''}`;
  return {
    subject,
    run: (report, effort) =>
      withServer(async (port) => {
        const [rounds, seconds] = effort === 'smoke' ? [1, 1] : [ROUNDS, SECONDS];
        const [ab, ours, wrk]: [Sample[], Sample[], Sample[]] = [[], [], []];
        for (let round = 0; round < rounds; round++) {
          ab.push(await runAb(port, clients, seconds));
          ours.push(await runOurs({ port, load: `clients:${clients}/${seconds}s` }));
          wrk.push(await runWrk(port, clients, seconds));
        }
        report(rateFigure(subject, ours, 'ab', ab, rate));
        report(rateFigure(subject, ours, 'wrk -t1', wrk, rate));
        report({
          subject: `${subject}, CPU`,
          value: median(ours.map((sample) => sample.cpuMicroseconds)),
          unit: 'us per connection',
          peer: { name: 'ab', value: median(ab.map((sample) => sample.cpuMicroseconds)) },
          bar: { atMost: cpu },
        });
      }),
  };
});

export const threadsRow: Row = {
  subject: `two workers, ${THREADED_CLIENTS} clients`,
  run: (report, effort) =>
    withServer(async (port) => {
      const [rounds, seconds] = effort === 'smoke' ? [1, 1] : [ROUNDS, SECONDS];
      const [ours, wrk]: [Sample[], Sample[]] = [[], []];
      for (let round = 0; round < rounds; round++) {
        ours.push(await runOurs({ port, load: `clients:${THREADED_CLIENTS}/${seconds}s`, workers: 2 }));
        wrk.push(await runWrk(port, THREADED_CLIENTS, seconds));
      }
      report(rateFigure(threadsRow.subject, ours, 'wrk -t1', wrk, 1.1));
    }),
};

async function withServer(use: (port: number) => Promise<void>): Promise<void> {
  const server = await startPlainServer();
  try {
    await use(server.port);
  } finally {
    await server.stop();
  }
}

/** The peer's value is such that the ratio is the median of the paired ratios. */
function rateFigure(subject: string, ours: Sample[], name: string, peer: Sample[], atLeast: number): Figure {
  const value = median(ours.map(({ perSecond }) => perSecond));
  const ratio = median(ours.map(({ perSecond }, round) => perSecond / (peer[round]?.perSecond ?? NaN)));
  return { subject, value, unit: 'connections/s', peer: { name, value: value / ratio }, bar: { atLeast } };
}
