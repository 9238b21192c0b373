import { findProfile } from '../../tools/virtual-board/profiles/index.ts';
import type { BoardProfile } from '../../tools/virtual-board/profiles/profile.ts';
import type { TcpProfile } from '../../tools/virtual-board/profiles/tcp-profile.ts';
import type { ExpectedFigure, Experiment, PeerLoad, Program, Trial } from './experiment.ts';
import { countOf, duelAt, lastAck, mostTimeWait, resetsOnWire, restarts, served } from './observe.ts';

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

const killMended = (profile: BoardProfile): BoardProfile => ({
  ...profile,
  net: { ...profile.net, quirks: { ...profile.net.quirks, killsOldestAt: 0 } },
});

const heads = (count: number, everyMs: number, close: 'eof' | 'first' = 'eof'): PeerLoad => ({
  kind: 'heads',
  count,
  everyMs,
  close,
  afterMs: 8000,
});

const duels = countOf('duel');
const exactly = (name: string, read: ExpectedFigure['read'], value: number): ExpectedFigure => ({
  name,
  read,
  low: value,
  high: value,
});
const within = (
  name: string,
  read: ExpectedFigure['read'],
  low: number,
  high: number,
  unit?: string,
): ExpectedFigure => ({
  name,
  read,
  low,
  high,
  ...(unit !== undefined && { unit }),
});

const asItWas = (profile: BoardProfile, program: Program, load: PeerLoad, figures: ExpectedFigure[]): Trial => ({
  name: 'as it was',
  isCure: false,
  profile,
  program,
  load,
  figures,
});

/** The same load on this project's server: everything is answered, nothing duels, nothing restarts. */
const cured = (profile: BoardProfile, load: Extract<PeerLoad, { kind: 'heads' }>): Trial => ({
  name: 'LED server',
  isCure: true,
  profile,
  program: LED_SERVER,
  load,
  figures: [exactly('answered', served, load.count), exactly('duels', duels, 0), exactly('restarts', restarts, 0)],
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
        cured(today(), { kind: 'heads', count: 12, everyMs: 1000, close: 'eof', afterMs: 8000 }),
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
        cured(today(), { kind: 'heads', count: 150, everyMs: 200, close: 'eof', afterMs: 8000 }),
      ],
    },
    {
      id: '1.3',
      text,
      title: 'the server leaves the close to the client: every 0.1 s, 60 times',
      source: reference,
      chart: 'verdicts',
      trials: [
        asItWas(old(), CLIENT_FIRST, heads(60, 100, 'first'), [
          exactly('duels', duels, 0),
          exactly('RSTs', resetsOnWire, 0),
          exactly('most TIME_WAIT', mostTimeWait, 0),
          exactly('answered', served, 60),
        ]),
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
      trials: [asItWas(killMended(old()), NAIVE, heads(60, 100), [exactly('duels', duels, 0)])],
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
          ...asItWas(withTcp(old(), MSL_5_S), NAIVE, heads(20, 1700), [within('duels', duels, 3, 6)]),
          name: '20 at 1.7 s (5 in the reference; six gaps end within one tick of 2 MSL)',
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
            within('most TIME_WAIT', mostTimeWait, 12, 14),
            exactly('answered', served, 30),
          ]),
          name: '1 per second',
        },
        {
          ...asItWas(today(), NAIVE, heads(600, 1000 / 12), [exactly('restarts', restarts, 0)]),
          name: '12 per second',
        },
        {
          ...asItWas(today(), NAIVE, heads(1000, 50), [within('restarts', restarts, 1, 6)]),
          name: '20 per second',
        },
        cured(today(), { kind: 'heads', count: 300, everyMs: 50, close: 'first', afterMs: 8000 }),
      ],
    },
  ];
}
