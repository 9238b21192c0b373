import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { timeLine } from '../verdict/testing/time-line.ts';
import { compareReports, comparisonNotes } from './compare.ts';
import { htmlReport } from './html.ts';
import { junitReport } from './junit.ts';
import { correctedFor, latencyOf, newHistogram, recordMs } from './latency.ts';
import { sequenceSvg } from './sequence-svg.ts';
import type { StepReport, StressReport } from './stress-report.ts';
import { loadReport } from './load-report.ts';
import { invalidReasons } from '../validity.ts';
import { Timeline } from './tally.ts';
import { terminalReport } from './terminal.ts';

const latency = (ms: number) => {
  const histogram = newHistogram();
  for (let index = 0; index < 100; index++) recordMs(histogram, ms);
  return latencyOf(histogram);
};

const duel = timeLine(`0 C S 0 -\n 1 D SA 0 1\n 1 C PA 1 1 50\n 2 D PA 1 51 80\n 3 D FA 81 51\n 3 C FA 51 82
  4 D RA 83 52\n 4 C A 52 82\n 5 D RA 83 52\n 213 C FA 51 82\n 214 D RA 83 52`);

function report(over: Partial<StressReport> = {}): StressReport {
  const counted = {
    outcomes: { answered: 100 },
    endings: { 'device-fin': 100 },
    verdicts: { 'device-first-clean': 60, duel: 40 },
  };
  return {
    format: 'last-ack-stress',
    version: 1,
    partial: false,
    passed: false,
    invalid: [],
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 20_000,
    seed: 1,
    target: { host: '<board>', address: '192.168.100.99', port: 80, path: '/', method: 'HEAD' },
    steps: [
      {
        name: '0.2 s gaps',
        load: { kind: 'interval', everyMs: 200 },
        style: 'read-to-eof',
        startedAt: 0,
        endedAt: 20_000,
        connections: 100,
        perSecond: 5,
        offeredPerSecond: 5,
        ...counted,
        connect: latency(1),
        response: latency(4),
        whole: latency(5),
        skipped: 0,
        mostOpen: 1,
        capped: false,
      },
    ],
    totals: { connections: 100, ...counted },
    thresholds: [{ text: 'duel==0', actual: 40, passed: false }],
    evidence: {
      kind: 'capture',
      source: 'a test',
      frames: 900,
      drops: 0,
      files: [],
      cannotSee: [],
      unseen: 0,
      foreign: 0,
      kernel: { TCPChallengeACK: 8 },
    },
    board: {
      observed: true,
      samples: [{ t: 1, heap: 40_000, openPcbs: 1, timeWait: 5, restarts: 0 }],
      minHeap: 9000,
      heapLost: 0,
      pcbsLost: 0,
      restarts: 0,
    },
    harness: {
      bottleneck: false,
      why: 'no: idle',
      utilization: 0.1,
      loopDelayP99: 1,
      standstill: 9,
      faults: 0,
      clockJump: 0,
    },
    timeline: { bucketMs: 500, verdicts: [{ duel: 40, 'device-first-clean': 60 }] },
    specimens: [{ verdict: 'duel', why: '3 RST', step: '0.2 s gaps', localPort: 4000, startedAt: 5, segments: duel }],
    ...over,
  };
}

test('the terminal summary begins with the verdict on the run and its thresholds', () => {
  const lines = stripVTControlCharacters(terminalReport(report()))
    .split('\n')
    .filter((line) => line.trim() !== '');
  expect(lines[0]).toMatch(/^ FAIL +HEAD http:\/\/<board>:80\/ +100 connections in 20.0 s/);
  expect(lines.slice(1, 3).join()).toContain('✗ duel==0  40');
  expect(lines.join('\n')).toMatch(/● duel +40 +40.0 %/);
});

test('an open loop shows what was offered and what users waited who came on time', async () => {
  const [step] = report().steps;
  const steps = step ? [{ ...step, intended: latency(300), lateness: latency(0.01), mostOpen: 17 }] : [];
  const line = /offered 5.0\/s; at most 17 open; from the intended start p50 300 ms.*harness late p50 10 µs/;
  expect(stripVTControlCharacters(terminalReport(report({ steps })))).toMatch(line);
  expect(await htmlReport(report({ steps }))).toMatch(line);
});

test('a closed loop with a pause shows its times corrected for coordinated omission', () => {
  const [step] = report().steps;
  const closed = { ...step } as StepReport;
  delete closed.offeredPerSecond;
  const steps = [{ ...closed, load: { kind: 'clients', clients: 1, pauseMs: 20 } as const, corrected: latency(280) }];
  expect(terminalReport(report({ steps }))).toContain('corrected for coordinated omission p50 280 ms');
});

test('a run whose capture lost frames is called invalid everywhere', async () => {
  const reasons = invalidReasons({ ...report(), evidence: { ...report().evidence, drops: 3 } });
  const lossy = report({ passed: true, invalid: reasons });
  expect(terminalReport(lossy)).toContain('INVALID');
  expect(await htmlReport(lossy)).toContain('INVALID');
  expect(junitReport(lossy)).toContain('errors="1"');
});

test('a step without a connection makes the run invalid and names the cure', () => {
  const [step] = report().steps;
  const steps = step ? [{ ...step, connections: 0, capped: true }] : [];
  expect(invalidReasons({ ...report(), steps }).join()).toMatch(/^step 0.2 s gaps opened no connection.*--sources/);
  expect(invalidReasons({ ...report(), steps, partial: true })).toEqual([]);
});

test('a harness that stood still proves nothing, nor do frames when the clock was set', () => {
  const { harness, evidence } = report();
  const reasons = (over: Partial<typeof harness>, kind: 'capture' | 'sockets'): string =>
    invalidReasons({ ...report(), harness: { ...harness, ...over }, evidence: { ...evidence, kind } }).join();
  expect(reasons({ standstill: 2100 }, 'sockets')).toMatch(/^the harness stood still for 2.1 s/);
  expect(reasons({ clockJump: -3_600_000 }, 'capture')).toMatch(/^the clock of this machine was set by -3600.0 s/);
  expect(reasons({ clockJump: -3_600_000 }, 'sockets')).toBe('');
});

test('the page needs no network and lets no text of the board become markup', async () => {
  const page = await htmlReport(report());
  expect(page).not.toMatch(/(src|href)=|@import|url\((?!#)/);
  expect(page).not.toContain('<board>');
  expect(page).toContain('&lt;board&gt;');
  expect(page).toContain('uPlot');
});

test('the worst connection is drawn with every segment, its retransmission and its bad RSTs', () => {
  const svg = sequenceSvg(duel);
  expect(svg.match(/<g class=/g)).toHaveLength(duel.length);
  expect(svg.match(/seq 1 too high/g)).toHaveLength(3);
  expect(svg.match(/stroke-dasharray/g)).toHaveLength(1);
});

test('JUnit has a failure per threshold that was missed, and a skipped case per one that nobody could observe', () => {
  const xml = junitReport(
    report({ thresholds: [...report().thresholds, { text: 'restarts==0', actual: undefined, passed: true }] }),
  );
  expect(xml).toContain('tests="2" failures="1" errors="0" skipped="1"');
  expect(xml).toContain('<failure message="duel==0: 40">');
});

test('a comparison says what got better and what got worse', () => {
  const cured = report({
    totals: { ...report().totals, verdicts: { 'client-first-clean': 100 } },
    board: { ...report().board, minHeap: 8000 },
  });
  const trends = Object.fromEntries(compareReports(report(), cured).map(({ name, trend }) => [name, trend]));
  expect(trends).toMatchObject({ duel: 'better', 'lowest heap': 'worse', answered: 'same', '0.2 s gaps: p50': 'same' });
});

test.each([
  [1280, 48, 1163, 44, 'same'],
  [1280, 48, 1163, 90, 'worse'],
  [1280, 90, 1163, 44, 'better'],
  [1280, 0, 1163, 1, 'worse'],
  [1280, 1, 1163, 0, 'better'],
  [0, 0, 1163, 44, 'worse'],
])(
  'dropped SYNs of %i connections: %i, of %i: %i, and a comparison calls that %s',
  (was, wereDropped, is, areDropped, trend) => {
    const of = (connections: number, dropped: number): StressReport =>
      report({ totals: { ...report().totals, connections, verdicts: { 'syn-dropped': dropped } } });
    const figures = compareReports(of(was, wereDropped), of(is, areDropped));
    expect(figures.find(({ name }) => name === 'syn-dropped')?.trend).toBe(trend);
  },
);

test('a comparison says what its figures do not tell', () => {
  expect(comparisonNotes(report(), report())).toEqual([]);
  const other = report({
    partial: true,
    invalid: ['the capture lost 3 frames'],
    target: { ...report().target, host: 'other.local' },
    steps: [],
  });
  expect(comparisonNotes(report(), other)).toEqual([
    expect.stringMatching(/^after was interrupted/),
    'after proves nothing: the capture lost 3 frames',
    expect.stringMatching(/^they asked for different things: .*, HEAD other\.local:80/),
    expect.stringMatching(/^they have no step in common/),
  ]);
});

test.each([
  ['{}', /is not a result/],
  ['no JSON', /is not a result/],
  ['{"format":"last-ack-stress","version":2}', /another version/],
  ['{"format":"last-ack-stress","version":1,"totals":{}}', /is cut/],
])('a file with %s is no result to compare', async (text, message) => {
  const folder = mkdtempSync(join(tmpdir(), 'last-ack-compare-'));
  writeFileSync(join(folder, 'a.json'), text);
  const refusal = { exitCode: 2, message: expect.stringMatching(message) as string };
  await expect(loadReport(join(folder, 'a.json'))).rejects.toMatchObject(refusal);
  await expect(loadReport(join(folder, 'none.json'))).rejects.toMatchObject({ exitCode: 2 });
  rmSync(folder, { recursive: true });
});

test('percentiles are those of the values', () => {
  const histogram = newHistogram();
  for (let ms = 1; ms <= 1000; ms++) recordMs(histogram, ms);
  const { p50, p99, max, buckets } = latencyOf(histogram);
  expect(p50).toBeCloseTo(500, -1);
  expect(p99).toBeCloseTo(990, -1);
  expect(max).toBeCloseTo(1000, -1);
  expect(buckets.reduce((sum, [, count]) => sum + count, 0)).toBe(1000);
});

test('a closed loop that stood still for half a second is corrected for the connections it did not open', () => {
  const histogram = newHistogram();
  for (let index = 0; index < 90; index++) recordMs(histogram, 1);
  recordMs(histogram, 500);
  expect(latencyOf(histogram).p90).toBeLessThan(2);
  expect(latencyOf(correctedFor(histogram, 20)).p90).toBeGreaterThan(200);
});

test('the timeline of a long run stays short', () => {
  const timeline = new Timeline();
  for (let second = 0; second < 7200; second++) timeline.add(second * 1000, 'duel');
  const { bucketMs, verdicts } = timeline.report();
  expect(verdicts.length).toBeLessThanOrEqual(400);
  expect(verdicts.reduce((sum, bucket) => sum + (bucket.duel ?? 0), 0)).toBe(7200);
  expect(bucketMs * verdicts.length).toBeGreaterThanOrEqual(7_200_000);
});
