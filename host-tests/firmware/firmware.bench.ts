import type { Bench, Effort, Figure } from '../../tools/bench/bench.ts';
import { type ClosingStyle, exchange, runLoad, type LoadOptions } from './client.ts';
import { type BoardFiles, compileFirmware, Lab } from './lab.ts';
import { judgeLoad } from './verdicts.ts';

const HEAD = 'HEAD / HTTP/1.0\r\n\r\n';
/** Longer than TIME_WAIT lasts and sockets are kept. */
const RECOVERY_MS = 16_000;

type Report = (figure: Figure) => void;

interface Outcome {
  unanswered: number;
  p50Ms: number;
  p99Ms: number;
  minHeap: number;
  /** Bytes that a repetition of the load did not give back. */
  heapLost: number;
  restarts: number;
}

function measure(files: BoardFiles, load: LoadOptions, repeat: boolean): Outcome {
  const lab = new Lab({ files });
  try {
    lab.boot();
    if (repeat) {
      runLoad(lab, { ...load, total: Math.min(load.total, 100) });
      lab.run(RECOVERY_MS);
    }
    const before = lab.board.snapshot({ collect: true }).heap;
    const results = runLoad(lab, load);
    const { minHeap } = lab.board.snapshot();
    lab.run(RECOVERY_MS);
    const times = results.map(({ totalMs }) => totalMs).sort((a, b) => a - b);
    return {
      unanswered: results.filter(({ outcome, response }) => outcome !== 'answered' || !response.includes(' 200 '))
        .length,
      p50Ms: times[Math.floor(times.length / 2)] ?? 0,
      p99Ms: times[Math.floor(times.length * 0.99)] ?? 0,
      minHeap,
      heapLost: before - lab.board.snapshot({ collect: true }).heap,
      restarts: lab.restarts,
    };
  } finally {
    lab.close();
  }
}

function reportLoad(report: Report, name: string, ours: Outcome, naive: Outcome): void {
  report({ subject: `${name}: unanswered`, value: ours.unanswered, unit: 'requests', bar: { atMost: 0 } });
  report({ subject: `${name}: median from SYN to the end`, value: ours.p50Ms, unit: 'ms' });
  report({
    subject: `${name}: restarts`,
    value: ours.restarts,
    unit: 'restarts',
    bar: { atMost: 0 },
    note: `naive server: ${naive.restarts} restarts, ${naive.unanswered} unanswered`,
  });
  report({ subject: `${name}: lowest heap`, value: ours.minHeap, unit: 'bytes', bar: { atLeast: 12_288 } });
  report({ subject: `${name}: heap not given back`, value: ours.heapLost, unit: 'bytes', bar: { atMost: 200 } });
}

/** Heap of a board that runs nothing, and of one that has served a request, right after it and when all is forgotten. */
function held(files: BoardFiles): { serving: number; idle: number } {
  const empty = new Lab({ files: { 'init.lua': Buffer.from('node.egc.setmode(node.egc.ON_ALLOC_FAILURE)') } });
  empty.board.powerOn();
  empty.run(5000);
  const free = empty.board.snapshot({ collect: true }).heap;
  empty.close();
  const lab = new Lab({ files });
  lab.boot();
  for (let round = 0; round < 5; round++) exchange(lab, HEAD);
  const serving = free - lab.board.snapshot({ collect: true }).heap;
  lab.run(RECOVERY_MS);
  const idle = free - lab.board.snapshot({ collect: true }).heap;
  lab.close();
  return { serving, idle };
}

/** Frames on the wire, both ways, for each request of a client that closes first. */
function framesPerHead(files: BoardFiles): number {
  const REQUESTS = 200;
  let frames = 0;
  const lab = new Lab({ files, onFrame: () => frames++ });
  lab.boot();
  exchange(lab, HEAD);
  lab.run(RECOVERY_MS);
  frames = 0;
  runLoad(lab, { request: HEAD, clients: 1, total: REQUESTS });
  lab.run(RECOVERY_MS);
  lab.close();
  return frames / REQUESTS;
}

/** Every rung in virtual time, each on a board of its own; the naive server bears the same load for comparison. */
async function run(report: Report, effort: Effort): Promise<void> {
  const files = await compileFirmware();
  const naive = await compileFirmware('examples/naive-server.ts');
  const { serving, idle } = held(files);
  report({ subject: 'held heap at rest', value: idle, unit: 'bytes', bar: { atMost: 12_288 } });
  report({
    subject: 'held heap between two requests',
    value: serving,
    unit: 'bytes',
    note: 'with HTTP still loaded; it goes when memory is short',
  });
  report({
    subject: 'frames of a HEAD whose client closes first',
    value: framesPerHead(files),
    unit: 'frames',
    bar: { atMost: 9 },
  });

  const steady = { request: HEAD, clients: 1, total: 300, intervalMs: 200, style: 'waits-for-eof' } as const;
  const perSecond = measure(files, steady, true);
  report({
    subject: 'waits for EOF, 5 per second for a minute: p99',
    value: perSecond.p99Ms,
    unit: 'ms',
    bar: { atMost: 250 },
  });
  reportLoad(report, 'waits for EOF, 5 per second', perSecond, measure(naive, steady, false));

  for (const style of ['closes-first', 'waits-for-eof'] as const) {
    const labReport = { request: HEAD, style, clients: 1, total: 150, intervalMs: 200 };
    const { verdicts, unanswered } = judgeLoad(files, 'nodemcu-2016', labReport);
    report({
      subject: `firmware of 2016, ${style}, 150 at 0.2 s: duels`,
      value: verdicts['duel'] ?? 0,
      unit: 'duels',
      bar: { atMost: 0 },
      note: `${Object.entries(verdicts)
        .map(([verdict, count]) => `${verdict} ${count}`)
        .join(', ')}; without answer and EOF within 15 s: ${unanswered}`,
    });
  }

  const styles: readonly ClosingStyle[] = ['closes-first', 'waits-for-eof'];
  for (const style of styles) {
    const sequential = { request: HEAD, style, clients: 1, total: effort === 'smoke' ? 500 : 10_000 };
    reportLoad(report, `${style}, 10 000 in turn`, measure(files, sequential, true), measure(naive, sequential, false));
    const crowd = { request: HEAD, style, clients: 20, total: 300 };
    reportLoad(report, `${style}, 20 clients`, measure(files, crowd, true), measure(naive, crowd, false));
  }
}

export const bench: Bench = {
  summary: 'the LED server and the naive server of the tutorials under the same HEADs, in virtual time',
  run,
};
