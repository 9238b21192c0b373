import { findProfile } from '../../tools/virtual-board/profiles/index.ts';
import type { Experiment, Program, Trial } from './experiment.ts';
import { lowestHeap, mostTimeWait, restarts, served, steadyHeap, steadyTimeWait } from './observe.ts';

const PORT = 9000;

const shortConnections = (everyMs: number): Program => ({
  name: `a short connection every ${everyMs} ms`,
  entry: 'examples/short-connections.ts',
  ready: 'client:',
  files: { 'interval.lua': `return ${everyMs}` },
});

const BUDGETED: Program = { name: 'budgeted connections', entry: 'examples/budgeted-connections.ts', ready: 'client:' };

const listen = (durationMs: number): Trial['load'] => ({ kind: 'listen', port: PORT, durationMs });

/** The Nut/OS mailing list, 2014: a device that connects, sends twelve bytes and closes at once, again and again. */
export function lab2(): Experiment[] {
  const text = 'lab 2: TIME_WAIT on a small device (Nut/OS list, 2014)';
  const old = findProfile('nut-os');
  const today = findProfile('nodemcu-3.0');
  return [
    {
      id: '2.1',
      text,
      title: 'every 4 ms, MSL 60 s: the heap of 40 kB is gone within a second',
      source: 'the lwIP of 2016 executed on a host, raw API',
      chart: 'heap',
      trials: [
        {
          name: 'as it was',
          isCure: false,
          profile: old,
          program: shortConnections(4),
          load: listen(2000),
          figures: [{ name: 'lowest heap', read: lowestHeap, low: 0, high: 2000, unit: 'B' }],
        },
        {
          name: 'close budget',
          isCure: true,
          profile: today,
          program: BUDGETED,
          load: listen(60_000),
          figures: [
            { name: 'restarts', read: restarts, low: 0, high: 0 },
            { name: 'most TIME_WAIT', read: mostTimeWait, low: 30, high: 42 },
            { name: 'lowest heap', read: lowestHeap, low: 8000, high: Infinity, unit: 'B' },
          ],
        },
      ],
    },
    {
      id: '2.2',
      text,
      title: 'ten per second, MSL 5 s: a plateau',
      source: 'NodeMCU 3.0 executed on a host: 124 TIME_WAIT, 18 kB of heap',
      chart: 'heap',
      trials: [
        {
          name: 'as it was',
          isCure: false,
          profile: today,
          program: shortConnections(100),
          load: listen(40_000),
          figures: [
            { name: 'steady TIME_WAIT', read: steadyTimeWait, low: 112, high: 128 },
            { name: 'steady heap', read: steadyHeap, low: 12_000, high: 20_000, unit: 'B' },
            { name: 'restarts', read: restarts, low: 0, high: 0 },
            { name: 'messages', read: served, low: 380, high: 400 },
          ],
        },
      ],
    },
  ];
}
