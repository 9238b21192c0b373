import type { Observation } from './observation.ts';
import { findProfile } from '../../tools/virtual-board/profiles/index.ts';
import type { BoardProfile } from '../../tools/virtual-board/profiles/profile.ts';
import type { Experiment, PeerLoad, Program, StackLoad } from './experiment.ts';
import {
  exactly,
  heapLost,
  lowestHeap,
  measure,
  mostTimeWait,
  restarts,
  served,
  steadyHeap,
  steadyTimeWait,
  within,
} from './figures.ts';

const PORT = 9000;
/** Free when the load begins, and what one TIME_WAIT takes of it, bytes. */
const [HEAP, TIME_WAIT] = [40_000, 184];

const shortConnections = (everyMs: number): Program => ({
  name: 'short connections',
  entry: 'examples/short-connections.ts',
  ready: 'client:',
  settings: { file: 'interval.lua', values: { everyMs } },
});

const BUDGETED: Program = { name: 'budgeted connections', entry: 'examples/budgeted-connections.ts', ready: 'client:' };

/** The interval of examples/budgeted-connections.ts, milliseconds, and the length of its messages. */
const [BUDGET_EVERY_MS, MESSAGE_BYTES] = [5, 12];
/** Until a closed connection is surely gone, as the same example has it. */
const LONGEST_WAIT_MS = 13_000;
const messages = ({ transferred }: Observation): number => transferred / MESSAGE_BYTES;

const listen = (durationMs: number): PeerLoad => ({ kind: 'listen', port: PORT, durationMs });
const rawApi = (everyMs: number, durationMs: number): StackLoad => ({
  kind: 'short-connections',
  everyMs,
  durationMs,
  heapBytes: HEAP,
});

const withMsl = (profile: BoardProfile, seconds: number): BoardProfile => ({
  ...profile,
  tcp: { ...profile.tcp, timeWaitMs: 2000 * seconds },
});

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
          name: 'as it was, raw API',
          isCure: false,
          profile: old,
          load: rawApi(4, 2000),
          figures: [
            within('most TIME_WAIT', mostTimeWait, 209, HEAP / TIME_WAIT, { reference: '213' }),
            within('steady heap', steadyHeap, 0, 500, { unit: 'B', reference: '0.2 kB' }),
            within('deaf after', measure('firstRefusalMs'), 0, 1000, { unit: 'ms', reference: 'under 1 s' }),
          ],
        },
        {
          name: 'as it was, a program in Lua: each segment wants 1592 B',
          isCure: false,
          profile: old,
          program: shortConnections(4),
          load: listen(2000),
          figures: [within('lowest heap', lowestHeap, 0, 1592, { unit: 'B', reference: 'less than the next segment' })],
        },
        {
          name: 'close budget of 40',
          isCure: true,
          profile: today,
          program: BUDGETED,
          load: listen(60_000),
          figures: [
            exactly('restarts', restarts, 0),
            within('most TIME_WAIT', mostTimeWait, 30, 42, { reference: 'the budget, and one or two at its edge' }),
            within('lowest heap', lowestHeap, 8000, Infinity, { unit: 'B' }),
            within('shortest TIME_WAIT', measure('shortestTimeWait'), today.tcp.timeWaitMs, Infinity, {
              unit: 'ms',
              reference: '2 MSL, never less',
            }),
            within('messages delivered', messages, (60_000 - LONGEST_WAIT_MS) / BUDGET_EVERY_MS, Infinity, {
              reference: 'all but those that wait for the budget, 13 s at most',
            }),
          ],
        },
      ],
    },
    {
      id: '2.2',
      text,
      title: 'ten per second, MSL 5 s: a plateau',
      source: 'the lwIP of 2016 and NodeMCU 3.0, both executed on a host',
      chart: 'heap',
      trials: [
        {
          name: 'raw API',
          isCure: false,
          profile: withMsl(old, 5),
          load: rawApi(100, 40_000),
          figures: [
            within('steady TIME_WAIT', steadyTimeWait, 99, 103, { reference: '100' }),
            within('heap in TIME_WAIT', heapLost, 99 * TIME_WAIT, 103 * TIME_WAIT, { unit: 'B', reference: '18.4 kB' }),
            exactly('messages', served, 400),
          ],
        },
        {
          name: 'NodeMCU 3.0, a program in Lua',
          isCure: false,
          profile: today,
          program: shortConnections(100),
          load: listen(40_000),
          figures: [
            within('steady TIME_WAIT', steadyTimeWait, 112, 128, { reference: '124' }),
            within('steady heap', steadyHeap, 12_000, 20_000, { unit: 'B', reference: '18 kB' }),
            exactly('restarts', restarts, 0),
            within('messages', served, 380, 400),
          ],
        },
      ],
    },
  ];
}
