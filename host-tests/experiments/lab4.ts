import { findProfile } from '../../tools/virtual-board/profiles/index.ts';
import type { BoardTrial, ExpectedFigure, Experiment, Plot, Program, StackTrial } from './experiment.ts';
import { exactly, line, measure, served, transferMs, transferRate, within } from './figures.ts';
import type { AckPolicy } from './peer/linux-connection.ts';

/** The program's port that keeps one send in flight, and the one that keeps several. */
const ONE_IN_FLIGHT = 9001;
const SEVERAL_IN_FLIGHT = 9002;
const MSS = 1460;

/** Every second segment at once, a single one after `delayMs`. */
const strict = (delayMs: number): AckPolicy => ({ every: 2, delayMs });
/** Linux with TCP_QUICKACK off: its shortest delay. */
const QUICK_ACK_OFF: AckPolicy = { every: 2, delayMs: 40, quickAckOff: true };

interface TrialPlan {
  name: string;
  profile: string;
  length: number;
  count: number;
  policy: AckPolicy;
  figures: ExpectedFigure[];
  isCure?: boolean;
  /** Sends that the program keeps on their way; with one it waits for each. */
  inFlight?: number;
}

function sends(plan: TrialPlan): BoardTrial {
  const { name, profile, length, count, policy, figures, isCure = false, inFlight = 1 } = plan;
  const port = inFlight === 1 ? ONE_IN_FLIGHT : SEVERAL_IN_FLIGHT;
  const program: Program = {
    name: `${count} sends of ${length} B, ${inFlight === 1 ? 'one' : 'several'} in flight`,
    entry: 'examples/bulk-sender.ts',
    ready: 'bulk:',
    settings: { file: 'bulk.lua', values: { length, count, inFlight } },
  };
  return {
    name,
    isCure,
    profile: findProfile(profile),
    program,
    load: { kind: 'fetch', port, until: 'all-sent', policy },
    figures,
  };
}

/** The LED server's own page, which its send queue keeps two segments ahead. */
const page = (policy: AckPolicy, figures: ExpectedFigure[]): BoardTrial => ({
  name: "LED server's page by its send queue",
  isCure: true,
  profile: findProfile('nodemcu-3.0'),
  program: { name: 'LED server', entry: 'src/main.ts', ready: 'listening' },
  load: { kind: 'fetch', port: 80, until: 'content-length', policy },
  figures,
});

/** The last segment's delay is not waited for by the reader: it has the byte before the sender has its ACK. */
const time = (low: number, high: number, reference?: string): ExpectedFigure =>
  within('transfer time', transferMs, low, high, { unit: 'ms', ...(reference !== undefined && { reference }) });
const rate = (low: number, high: number, reference?: string): ExpectedFigure =>
  within('rate', transferRate, low, high, { unit: 'kB/s', ...(reference !== undefined && { reference }) });
/** No delayed ACK was waited for. */
const AT_ONCE = time(0, 30);
const FULL_RATE = rate(30, Infinity);

const readAhead = (name: string, buffers: number, figures: ExpectedFigure[], isCure = false): StackTrial => ({
  name,
  isCure,
  profile: findProfile('nuttx'),
  load: { kind: 'receive', senders: 1, buffers, windowMss: 4, bufferMs: 1, roundTripMs: 1, durationMs: 2000 },
  figures,
});

const COUNTS = Array.from({ length: 12 }, (_, index) => index + 1);

/** Transfer time over the number of segments, a send for each of them. */
function timesOver(policy: AckPolicy, systems: readonly [name: string, profile: string, inFlight?: number][]): Plot {
  return {
    ...{ x: 'segments of 1460 B', y: 'transfer time', unit: 'ms', read: transferMs },
    series: systems.map(([name, profile, inFlight = 1]) =>
      line(name, COUNTS, (count) => sends({ name, profile, length: MSS, count, policy, figures: [], inFlight })),
    ),
  };
}

/** Delayed ACK and TCP performance (NuttX, uIP). */
export function lab4(): Experiment[] {
  const text = 'lab 4: delayed ACK and TCP performance (NuttX, uIP)';
  return [
    {
      id: '4.1',
      text,
      title: 'stop and wait, 12 x 1460 B, Linux with quick ACK off',
      source: 'uIP as a small model against Linux 6.18',
      chart: 'none',
      trials: [
        sends({
          name: 'uIP, whole packets',
          profile: 'uip',
          ...{ length: MSS, count: 12, policy: QUICK_ACK_OFF },
          figures: [time(240, 280, '263 ms')],
        }),
        sends({
          name: 'uIP split, 2 x 730 B',
          profile: 'uip-split',
          ...{ length: MSS, count: 12, policy: QUICK_ACK_OFF, isCure: true },
          figures: [time(0, 5, '1 ms')],
        }),
        page(QUICK_ACK_OFF, [AT_ONCE, exactly('answered', served, 1)]),
      ],
      plot: timesOver(QUICK_ACK_OFF, [
        ['uIP', 'uip'],
        ['uIP split', 'uip-split'],
        ['NodeMCU, one in flight', 'nodemcu-3.0'],
        ['NodeMCU, two in flight', 'nodemcu-3.0', 2],
      ]),
    },
    {
      id: '4.2',
      text,
      title: '10 kB in seven segments, one in flight, a peer that delays single ACKs by 200 or 500 ms',
      source: 'the arithmetic of the text, checked with a scripted peer',
      chart: 'none',
      trials: [
        sends({
          name: 'uIP, 200 ms',
          profile: 'uip',
          ...{ length: MSS, count: 8, policy: strict(200) },
          figures: [time(1380, 1500, '1.4 s')],
        }),
        sends({
          name: 'uIP, 500 ms',
          profile: 'uip',
          ...{ length: MSS, count: 8, policy: strict(500) },
          figures: [time(3450, 3700, '3.5 s')],
        }),
        sends({
          name: 'packets split in two',
          profile: 'uip-split',
          ...{ length: MSS, count: 8, policy: strict(200), isCure: true },
          figures: [AT_ONCE],
        }),
        sends({
          name: 'two segments in flight',
          profile: 'nodemcu-3.0',
          ...{ length: MSS, count: 8, policy: strict(200), isCure: true, inFlight: 2 },
          figures: [AT_ONCE],
        }),
        page(strict(500), [AT_ONCE, exactly('answered', served, 1)]),
      ],
      plot: timesOver(strict(200), [
        ['uIP', 'uip'],
        ['uIP split', 'uip-split'],
        ['NuttX, a send for each', 'nuttx'],
        ['NuttX split', 'nuttx-split'],
        ['NuttX write buffers', 'nuttx-write-buffers', 8],
        ['NodeMCU, two in flight', 'nodemcu-3.0', 2],
      ]),
    },
    {
      id: '4.3',
      text,
      title: 'a send returns with the ACK of its last segment: odd counts wait, even counts do not',
      source: 'the arithmetic of the text, checked with a scripted peer',
      chart: 'none',
      trials: [
        ...([1, 2, 3, 4] as const).map((segments) =>
          sends({
            name: `NuttX, 6 sends of ${segments} ${segments === 1 ? 'segment' : 'segments'}`,
            profile: 'nuttx',
            ...{ length: segments * MSS, count: 6, policy: strict(200) },
            figures: [segments % 2 === 1 ? time(980, 1100, 'five waits of 200 ms') : AT_ONCE],
          }),
        ),
        sends({
          name: 'NuttX, 512 B, 200 ms',
          profile: 'nuttx',
          ...{ length: 512, count: 21, policy: strict(200) },
          figures: [rate(2.4, 2.8, '2.6 kB/s')],
        }),
        sends({
          name: 'NuttX, 512 B, 500 ms',
          profile: 'nuttx',
          ...{ length: 512, count: 21, policy: strict(500) },
          figures: [rate(0.95, 1.15, '1.0 kB/s')],
        }),
        sends({
          name: 'NuttX split: an even number of segments',
          profile: 'nuttx-split',
          ...{ length: 512, count: 21, policy: strict(200), isCure: true },
          figures: [FULL_RATE],
        }),
        sends({
          name: 'NuttX write buffers',
          profile: 'nuttx-write-buffers',
          ...{ length: 512, count: 22, policy: strict(200), isCure: true, inFlight: 22 },
          figures: [FULL_RATE],
        }),
        readAhead('NuttX without read-ahead: what comes while the program is busy is lost', 1, [
          within('segments lost', measure('drops'), 1, Infinity),
          within('rate', measure('rate'), 0, MSS / 10, { unit: 'kB/s' }),
        ]),
        readAhead(
          'NuttX read-ahead of 4 buffers',
          4,
          [
            exactly('segments lost', measure('drops'), 0),
            within('rate', measure('rate'), 1300, 1460, { unit: 'kB/s' }),
          ],
          true,
        ),
      ],
      plot: {
        ...{ x: 'segments in each of 6 sends', y: 'transfer time', unit: 'ms', read: transferMs },
        series: ['nuttx', 'nuttx-split'].map((profile) =>
          line(profile, [1, 2, 3, 4, 5, 6], (segments) =>
            sends({ name: profile, profile, length: segments * MSS, count: 6, policy: strict(200), figures: [] }),
          ),
        ),
      },
    },
  ];
}
