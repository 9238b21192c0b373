import { expect, test } from 'vitest';
import { judge } from './judge.ts';
import { timeLine } from './testing/time-line.ts';
import type { VerdictName } from './verdict.ts';

const opening = `
  0 C S 0 -
  1 D SA 0 1
  1 C A 1 1
  1 C PA 1 1 50`;
const exchange = `${opening}
  2 D PA 1 51 80
  2 C A 51 81`;

/** Sequences as they are on the wire; those of the 2016 stack follow its recorded frames. */
const cases: [VerdictName, string, string][] = [
  [
    'device-first-clean',
    'the device sends its FIN, the client answers with its own',
    `${exchange}
    3 D FA 81 51
    3 C FA 51 82
    4 D A 82 52`,
  ],
  [
    'device-first-clean',
    'the response is lost, an ACK of a repeated request runs ahead of it, and it comes again',
    `${opening}
    208 C PA 1 1 50
    208 D A 81 51
    905 D PA 1 51 80
    905 C A 51 81
    906 D FA 81 51
    906 C FA 51 82
    907 D A 82 52`,
  ],
  [
    'device-first-clean',
    'the response is lost, the FIN behind it is not, and both come again',
    `${opening}
    3 D FA 81 51
    3 C A 51 1
    700 D PA 1 51 80
    700 C A 51 82
    701 C FA 51 82
    702 D A 82 52`,
  ],
  [
    'client-first-clean',
    'the client sends its FIN, the device acknowledges and sends its own',
    `${exchange}
    3 C FA 51 81
    4 D A 81 52
    5 D FA 81 52
    5 C A 52 82`,
  ],
  [
    'client-first-clean',
    'an ACK that crossed with the end is acknowledged once more, to a socket that is gone (Linux on two cores)',
    `${exchange}
    3 C FA 51 81
    4 D FA 81 52
    4 C A 52 82
    5 D A 81 52
    5 C A 52 82
    6 D R 82 0`,
  ],
  [
    'simultaneous',
    'both FINs are on the way at once',
    `${exchange}
    3 C FA 51 81
    3 D FA 81 51
    3 C A 52 82
    4 D A 82 52`,
  ],
  [
    'withheld-fin-ack',
    "the FIN of the client is acknowledged only after its retransmission (today's firmware)",
    `${exchange}
    3 D FA 81 51
    3 C FA 51 82
    210 C FA 51 82
    211 D A 82 52`,
  ],
  [
    'duel',
    'RSTs two above the FIN, challenge ACKs, FIN again at 0.21, 0.65, 1.5 s (the 2016 stack)',
    `${exchange}
    3 D FA 81 51
    3 C FA 51 82
    4 D RA 83 52
    4 C A 52 82
    5 D RA 83 52
    213 C FA 51 82
    214 D RA 83 52
    214 C A 52 82
    215 D RA 83 52
    650 C FA 51 82
    651 D RA 83 52`,
  ],
  [
    'rst-after-data',
    'a single exact RST once the client answers the FIN (only the RST mended)',
    `${exchange}
    3 D FA 81 51
    3 C FA 51 82
    4 D RA 82 52`,
  ],
  ['rst-after-data', 'close with RST right behind the response', `${exchange}\n 3 D RA 81 51`],
  ['rst-before-data', 'a close inside the receive callback', `${opening}\n 2 D RA 1 51`],
  [
    'rst-on-late-data',
    'the client sends more after the FIN of the device',
    `${exchange}
    3 D FA 81 51
    3 C A 51 82
    20 C PA 51 82 50
    21 D RA 82 101`,
  ],
  [
    'silent-fin',
    'the control block is gone and nothing answers',
    `${exchange}
    3 D FA 81 51
    3 C FA 51 82
    213 C FA 51 82
    650 C FA 51 82`,
  ],
  ['half-open', 'the device never closes', `${exchange}\n 3 C FA 51 81\n 4 D A 81 52`],
  ['half-open', 'the client never closes', `${exchange}\n 3 D FA 81 51\n 4 C A 51 82`],
  ['no-reply', 'the device closes without a word', `${opening}\n 9 D FA 1 51\n 9 C FA 51 2\n 10 D A 2 52`],
  [
    'no-reply',
    'the request is acknowledged and never answered',
    `${opening}\n 2 D A 1 51\n 9000 C FA 51 1\n 9001 D A 1 52`,
  ],
  ['timeout', 'the request is never acknowledged', `${opening}\n 200 C PA 1 1 50\n 9000 C FA 51 1`],
  ['refused', 'nothing listens', '0 C S 0 -\n 1 D RA 0 1'],
  ['syn-dropped', 'no answer at all', '0 C S 0 -\n 1000 C S 0 -\n 3000 C S 0 -'],
  [
    'syn-dropped',
    'the sixth connection gets its SYN-ACK after a second',
    `0 C S 0 -
    1000 C S 0 -
    1001 D SA 0 1
    1001 C A 1 1
    1001 C PA 1 1 50
    1002 D PA 1 51 80
    1003 C FA 51 81
    1004 D A 81 52
    1005 D FA 81 52
    1005 C A 52 82`,
  ],
  [
    'port-reuse-stall',
    'the SYN hits TIME_WAIT: an old ACK, a RST that is ignored, the same again',
    `0 C S 0 -
    1 D A 777 -500
    1 C R -500 -
    1000 C S 0 -
    1001 D A 777 -500
    1001 C R -500 -`,
  ],
  ['client-reset', 'the client resets', `${exchange}\n 3 C RA 51 81`],
];

test.each(cases)('%s: %s', (verdict, _story, text) => {
  expect(judge(timeLine(text), 20_000).verdict).toBe(verdict);
});

test('a RST for an acknowledgment that came after the FIN of the client is no duel when it is the only one', () => {
  const segments = timeLine(`${exchange}
    3 D FA 81 51
    3 C FA 51 82
    4 D RA 83 52`);
  expect(judge(segments, 20).verdict).toBe('rst-after-data');
});

test('without its SYN a connection is not judged', () => {
  expect(judge(timeLine('3 D FA 81 51\n 3 C FA 51 82\n 4 D A 82 52'), 5000).verdict).toBe('unjudged');
});
