import { findProfile } from '../../tools/virtual-board/profiles/index.ts';
import type { ExpectedFigure, Experiment, Plot, StackLoad, StackTrial } from './experiment.ts';
import { exactly, line, measure, within } from './figures.ts';
import { receiveWindow, sendWindow } from './size/windows.ts';

type ReceiveLoad = Extract<StackLoad, { kind: 'receive' }>;

const MSS = 1460;
const BUFFER_MS = 1;
/** One buffer of an MSS each millisecond. */
const IDEAL = MSS / BUFFER_MS;
/** A rate below this is a collapse. */
const COLLAPSE = IDEAL / 10;

const rate = measure('rate');
const drops = measure('drops');

const receiving = (senders: number, buffers: number, windowMss: number): ReceiveLoad => ({
  kind: 'receive',
  senders,
  buffers,
  windowMss,
  bufferMs: BUFFER_MS,
  roundTripMs: 1,
  durationMs: 3000,
});

function receiver(name: string, load: ReceiveLoad, figures: ExpectedFigure[], isCure = false): StackTrial {
  return { name, isCure, profile: findProfile('micrium'), load, figures };
}

/** Within five percent of the reference. */
const near = (reference: number): ExpectedFigure =>
  within('rate', rate, 0.95 * reference, 1.05 * reference, { unit: 'kB/s', reference: `${reference} kB/s` });

const collapsed = (reference: number): ExpectedFigure =>
  within('rate', rate, 0, COLLAPSE, { unit: 'kB/s', reference: `${reference} kB/s; a tenth of the ideal at most` });

const WINDOWS = [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32];
const FEW = [1, 2, 3, 4, 5, 6, 7, 8];

const rateOver = (x: string, series: Plot['series']): Plot => ({ x, y: 'rate', unit: 'kB/s', read: rate, series });
const WINDOW = 'receive window, MSS';

const lineOf = (
  name: string,
  windows: readonly number[],
  load: (windowMss: number) => ReceiveLoad,
): Plot['series'][number] => line(name, windows, (x) => receiver(name, load(x), []));

interface Sending {
  name: string;
  window: number;
  delayedAck: boolean;
  figures: ExpectedFigure[];
  isCure?: boolean;
}

const SEND_POOL = { buffers: 30, mss: MSS, sockets: 5 };

function sending({ name, window, delayedAck, figures, isCure = false }: Sending): StackTrial {
  const { sockets, buffers } = SEND_POOL;
  const load: StackLoad = { kind: 'send', sockets, buffers, window, delayedAck, frameMs: 1, durationMs: 2000 };
  return { name, isCure, profile: findProfile('micrium'), load, figures };
}

const withinPool = (window: number): ExpectedFigure[] => [
  exactly('most in flight', measure('inFlight'), window, 'B'),
  within('most buffers', measure('mostBuffers'), 1, SEND_POOL.buffers),
  exactly('ACKs without a buffer', measure('lostAcks'), 0),
];

/** TCP/IP performance in memory-constrained devices (Micrium). */
export function lab3(): Experiment[] {
  const text = 'lab 3: TCP/IP performance in memory-constrained devices (Micrium)';
  const source =
    'small models, not all of whose rules are known; here all senders begin at one moment, and where windows are too large the figure depends on that';
  const formula = receiveWindow({ buffers: 20, mss: MSS, sockets: 5 }) / MSS;
  const [alone, delayed] = [false, true].map((delayedAck) => sendWindow({ ...SEND_POOL, delayedAck })) as [
    number,
    number,
  ];
  return [
    {
      id: '3.1',
      text,
      title: 'five senders, 20 buffers, windows by the formula: the whole rate, no drops',
      source,
      chart: 'none',
      trials: [
        receiver(
          `window = buffers x MSS / sockets = ${formula} MSS`,
          receiving(5, 20, formula),
          [near(1498), exactly('drops', drops, 0), exactly('retransmissions', measure('retransmissions'), 0)],
          true,
        ),
      ],
      plot: rateOver(WINDOW, [
        lineOf('5 senders, 20 buffers: formula 4 MSS', WINDOWS, (x) => receiving(5, 20, x)),
        lineOf('1 sender, 20 buffers: formula 20 MSS', WINDOWS, (x) => receiving(1, 20, x)),
      ]),
    },
    {
      id: '3.2',
      text,
      title: 'one sender, windows of 1 and 2 MSS: the second buffer hides the round trip of 1 ms',
      source,
      chart: 'none',
      trials: [
        receiver('1 MSS', receiving(1, 20, 1), [near(735), exactly('drops', drops, 0)]),
        receiver('2 MSS', receiving(1, 20, 2), [near(1470), exactly('drops', drops, 0)], true),
      ],
      plot: rateOver(
        WINDOW,
        [1, 2, 5].map((roundTripMs) =>
          lineOf(`round trip ${roundTripMs} ms`, FEW, (x) => ({ ...receiving(1, 20, x), roundTripMs })),
        ),
      ),
    },
    {
      id: '3.3',
      text,
      title: 'five senders, 20 buffers, windows promise more than there is: Reno collapses',
      source,
      chart: 'none',
      trials: [
        receiver('8 MSS, twice the formula', receiving(5, 20, 8), [
          within('rate', rate, 0.5 * IDEAL, 0.9 * IDEAL, { unit: 'kB/s', reference: '928 kB/s' }),
        ]),
        receiver('16 MSS', receiving(5, 20, 16), [collapsed(14)]),
        receiver('32 MSS', receiving(5, 20, 32), [collapsed(8)]),
        receiver('formula', receiving(5, 20, formula), [near(1498), exactly('drops', drops, 0)], true),
      ],
      plot: {
        ...{ x: WINDOW, y: 'segments without a buffer', read: drops },
        series: [
          lineOf('5 senders, 20 buffers', WINDOWS, (x) => receiving(5, 20, x)),
          lineOf('3 senders, 20 buffers', WINDOWS, (x) => receiving(3, 20, x)),
        ],
      },
    },
    {
      id: '3.4',
      text,
      title: 'one sender, 4 buffers, windows of 4, 8 and 16 MSS',
      source,
      chart: 'none',
      trials: [
        receiver('4 MSS, the formula', receiving(1, 4, 4), [near(1473), exactly('drops', drops, 0)], true),
        receiver('8 MSS', receiving(1, 4, 8), [collapsed(11)]),
        receiver('16 MSS', receiving(1, 4, 16), [collapsed(5)]),
      ],
      plot: rateOver(
        WINDOW,
        [4, 8, 16].map((buffers) => lineOf(`${buffers} buffers`, WINDOWS, (x) => receiving(1, buffers, x))),
      ),
    },
    {
      id: '3.5',
      text,
      title: 'a shared pool of 30 buffers, five connections send: each ACK on its way in takes a buffer too',
      source: "the article's formulas: buffers x MSS / (sockets x 2), or x 1.5 when the receiver delays ACKs",
      chart: 'none',
      trials: [
        sending({
          name: 'every segment acknowledged, window by the formula',
          window: alone,
          delayedAck: false,
          figures: withinPool(alone),
          isCure: true,
        }),
        sending({
          name: 'delayed ACK, window by the formula',
          window: delayed,
          delayedAck: true,
          figures: withinPool(delayed),
          isCure: true,
        }),
        sending({
          name: "delayed ACK's window, every segment acknowledged",
          window: delayed,
          delayedAck: false,
          figures: [within('ACKs without a buffer', measure('lostAcks'), 1, Infinity)],
        }),
        sending({
          name: 'all buffers given to data',
          window: (SEND_POOL.buffers * MSS) / SEND_POOL.sockets,
          delayedAck: false,
          figures: [within('rate', rate, 0, COLLAPSE, { unit: 'kB/s' })],
        }),
      ],
      plot: rateOver(
        'send window, MSS',
        [false, true].map((delayedAck) => {
          const name = delayedAck ? 'delayed ACK: formula 4 MSS' : 'every segment acknowledged: formula 3 MSS';
          return line(name, FEW, (x) => sending({ name, window: x * MSS, delayedAck, figures: [] }));
        }),
      ),
    },
  ];
}
