import { findProfile } from '../../tools/virtual-board/profiles/index.ts';
import type { BoardProfile } from '../../tools/virtual-board/profiles/profile.ts';
import type { TcpProfile } from '../../tools/virtual-board/profiles/tcp-profile.ts';
import type { BoardTrial, ExpectedFigure, Experiment, PeerLoad, Program } from './experiment.ts';
import {
  countOf,
  duelAt,
  exactly,
  finAckMs,
  heapLost,
  lastAck,
  loadedTimeWait,
  lowestHeap,
  mostTimeWait,
  resetsOnWire,
  restarts,
  served,
  within,
} from './figures.ts';

const NAIVE: Program = { name: 'naive server', entry: 'examples/naive-server.ts', ready: 'listening' };
const CLIENT_FIRST: Program = {
  name: 'client-first server',
  entry: 'examples/client-first-server.ts',
  ready: 'listening',
};
const LED_SERVER: Program = { name: 'LED server', entry: 'src/main.ts', ready: 'listening' };

const old = (): BoardProfile => findProfile('nodemcu-2016');
const today = (): BoardProfile => findProfile('nodemcu-3.0');

const withTcp = (profile: BoardProfile, tcp: Partial<TcpProfile>): BoardProfile => ({
  ...profile,
  tcp: { ...profile.tcp, ...tcp },
});
const MSL_5_S: Partial<TcpProfile> = { timeWaitMs: 10_000 };

const resetMended = (profile: BoardProfile): BoardProfile =>
  withTcp(profile, { quirks: { ...profile.tcp.quirks, strayResetOffset: 0 } });

/** Only the oldest TIME_WAIT gives way, not the connection that has just sent its FIN. */
const killMended = (profile: BoardProfile): BoardProfile => ({
  ...profile,
  net: { ...profile.net, quirks: { ...profile.net.quirks, killsClosing: false } },
});

type Heads = Extract<PeerLoad, { kind: 'heads' }>;

const heads = (count: number, everyMs: number, close: 'eof' | 'first' = 'eof'): Heads => ({
  kind: 'heads',
  count,
  everyMs,
  close,
  afterMs: 8000,
});

const duels = countOf('duel');
/** Free bytes below which a segment of 1592 bytes may fail. */
const LEAST_HEAP = 2000;

const asItWas = (profile: BoardProfile, program: Program, load: PeerLoad, figures: ExpectedFigure[]): BoardTrial => ({
  name: 'as it was',
  isCure: false,
  profile,
  program,
  load,
  figures,
});

/** The same load on this project's server: everything is answered, nothing duels, nothing restarts, the heap is bounded. */
const cured = (profile: BoardProfile, load: Heads): BoardTrial => ({
  name: `LED server, ${profile.name}, ${load.close === 'first' ? 'clients that close first' : 'clients that wait for the end'}`,
  isCure: true,
  profile,
  program: LED_SERVER,
  load,
  figures: [
    exactly('answered', served, load.count),
    exactly('duels', duels, 0),
    exactly('restarts', restarts, 0),
    within('lowest heap', lowestHeap, LEAST_HEAP, Infinity, { unit: 'B' }),
  ],
});

/** The lab report of 2016: HTTP HEAD against a NodeMCU board, one new connection each. */
export function lab1(): Experiment[] {
  const text = 'lab 1: ESP8266/NodeMCU TCP test (2016)';
  const reference = 'the firmware of 2016 executed on a host against Linux 6.18';
  return [
    {
      id: '1.1',
      text,
      title: 'a HEAD every second, 12 times',
      source: reference,
      chart: 'verdicts',
      trials: [
        asItWas(old(), NAIVE, heads(12, 1000), [
          exactly('duels', duels, 4),
          exactly('first duel at', duelAt(0), 6),
          exactly('second duel at', duelAt(1), 8),
          exactly('third duel at', duelAt(2), 10),
          exactly('fourth duel at', duelAt(3), 12),
          exactly('answered', served, 12),
        ]),
        cured(today(), heads(12, 1000)),
        cured(old(), heads(12, 1000, 'first')),
      ],
    },
    {
      id: '1.2',
      text,
      title: 'a HEAD every 0.2 s, 150 times',
      source: reference,
      chart: 'verdicts',
      trials: [
        asItWas(old(), NAIVE, heads(150, 200), [
          exactly('duels', duels, 73),
          exactly('clean', countOf('device-first-clean'), 77),
          exactly('left in LAST_ACK', lastAck, 73),
          exactly('answered', served, 150),
        ]),
        cured(today(), heads(150, 200)),
        cured(today(), heads(150, 200, 'first')),
        cured(old(), heads(150, 200, 'first')),
      ],
    },
    {
      id: '1.3',
      text,
      title: 'the server leaves the close to the client: every 0.1 s, 60 times',
      source: reference,
      chart: 'verdicts',
      trials: [
        {
          ...asItWas(old(), CLIENT_FIRST, heads(60, 100, 'first'), [
            exactly('duels', duels, 0),
            exactly('RSTs', resetsOnWire, 0),
            exactly('most TIME_WAIT', mostTimeWait, 0),
            within('heap lost', heapLost, 0, 256, { unit: 'B', reference: 'unchanged; Lua grows two tables once' }),
            exactly('answered', served, 60),
          ]),
          name: 'client-first close',
          isCure: true,
        },
      ],
    },
    {
      id: '1.4',
      text,
      title: 'only the sequence number of the RST mended: every 0.1 s, 60 times',
      source: reference,
      chart: 'verdicts',
      trials: [
        asItWas(resetMended(old()), NAIVE, heads(60, 100), [
          exactly('duels', duels, 0),
          exactly('single RSTs', countOf('rst-after-data'), 28),
        ]),
      ],
    },
    {
      id: '1.5',
      text,
      title: 'only the killing of control blocks mended: every 0.1 s, 60 times',
      source: reference,
      chart: 'verdicts',
      trials: [
        asItWas(killMended(old()), NAIVE, heads(60, 100), [
          exactly('duels', duels, 0),
          exactly('steady TIME_WAIT', loadedTimeWait, 5),
        ]),
      ],
    },
    {
      id: '1.6',
      text,
      title: 'MSL of 5 s: gaps of 0.1, 1.7 and 2.3 s',
      source: reference,
      chart: 'verdicts',
      trials: [
        {
          ...asItWas(withTcp(old(), MSL_5_S), NAIVE, heads(60, 100), [exactly('duels', duels, 28)]),
          name: '60 at 0.1 s',
        },
        {
          ...asItWas(withTcp(old(), MSL_5_S), NAIVE, heads(20, 1700), [
            within('duels', duels, 4, 5, { reference: '5; 4 or 5 by the phase of its clock' }),
          ]),
          name: '20 at 1.7 s',
        },
        {
          ...asItWas(withTcp(old(), MSL_5_S), NAIVE, heads(20, 2300), [exactly('duels', duels, 0)]),
          name: '20 at 2.3 s',
        },
      ],
    },
    {
      id: '1.7',
      text,
      title:
        "today's firmware: every FIN of the client is acknowledged late; from 15 to 17 connections per second on it restarts",
      source: 'the firmware of 2024-02 executed on a host against Linux 6.18',
      chart: 'heap',
      trials: [
        {
          ...asItWas(today(), NAIVE, heads(30, 1000), [
            exactly('withheld FIN ACKs', countOf('withheld-fin-ack'), 30),
            within('FIN acknowledged after', finAckMs, 200, 215, { unit: 'ms', reference: '207 ms' }),
            within('most TIME_WAIT', mostTimeWait, 12, 14, { reference: '13' }),
            exactly('answered', served, 30),
          ]),
          name: '1 per second',
        },
        {
          ...asItWas(today(), NAIVE, heads(800, 1000 / 14), [exactly('restarts', restarts, 0)]),
          name: '14 per second',
        },
        {
          ...asItWas(today(), NAIVE, heads(1000, 1000 / 18), [within('restarts', restarts, 1, Infinity)]),
          name: '18 per second',
        },
        {
          ...asItWas(today(), NAIVE, heads(1000, 50), [within('restarts', restarts, 1, Infinity)]),
          name: '20 per second',
        },
        cured(today(), heads(300, 50, 'first')),
      ],
    },
  ];
}
