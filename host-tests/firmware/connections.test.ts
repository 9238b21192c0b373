import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { exchange, runLoad, runOpenLoop } from './client.ts';
import { type BoardFiles, compileFirmware, Lab } from './lab.ts';

const HEAD = 'HEAD / HTTP/1.0\r\n\r\n';

let files: BoardFiles;
let lab: Lab;

beforeAll(async () => {
  files = await compileFirmware();
});

afterEach(() => lab.close());

function boot(profile = 'nodemcu-3.0', faults?: string): Lab {
  lab = new Lab({ files, profile, ...(faults !== undefined && { faults }) });
  lab.boot();
  return lab;
}

const unanswered = (results: ReturnType<typeof runLoad>): number =>
  results.filter(({ outcome, response }) => outcome !== 'answered' || !response.startsWith('HTTP/1.1 200')).length;

describe('the connection manager', () => {
  it('leaves the close to clients that close first: no TIME_WAIT, at once', () => {
    boot();
    const results = runLoad(lab, { request: HEAD, style: 'closes-first', clients: 1, total: 300 });
    expect(unanswered(results)).toBe(0);
    expect(Math.max(...results.slice(1).map(({ totalMs }) => totalMs))).toBeLessThan(20);
    lab.run(500);
    expect(lab.board.snapshot().pcbs).toEqual({});
    expect(lab.restarts).toBe(0);
  });

  it('closes for clients that wait for it within a quarter of a second at 5 per second, with 12 kB left for others', () => {
    boot();
    const results = runLoad(lab, { request: HEAD, style: 'waits-for-eof', clients: 1, total: 150, intervalMs: 200 });
    expect(unanswered(results)).toBe(0);
    expect(Math.max(...results.slice(1).map(({ totalMs }) => totalMs))).toBeLessThan(250);
    expect(lab.board.snapshot().minHeap).toBeGreaterThanOrEqual(12_288);
  });

  it.each(['closes-first', 'waits-for-eof'] as const)(
    'serves 20 clients back to back without a loss or a restart when each %s',
    (style) => {
      boot();
      expect(unanswered(runLoad(lab, { request: HEAD, style, clients: 20, total: 60 }))).toBe(0);
      expect(lab.restarts).toBe(0);
      expect(lab.board.snapshot().minHeap).toBeGreaterThanOrEqual(12_288);
    },
  );

  it.each([150, 100, 50, 20])(
    'refuses rather than restarts when a client that waits for its EOF comes every %i ms, whatever became of the last',
    (intervalMs) => {
      boot();
      const total = 30_000 / intervalMs;
      const results = runOpenLoop(lab, { request: HEAD, style: 'waits-for-eof', total, intervalMs });
      expect(lab.restarts).toBe(0);
      // TIME_WAITs of 12 s: some 5 closes per second fit into the memory.
      expect(total - unanswered(results)).toBeGreaterThan(100);
      lab.run(30_000);
      expect(exchange(lab, HEAD).outcome).toBe('answered');
    },
  );

  it.each(['closes-first', 'waits-for-eof'] as const)(
    'answers or refuses everybody of a crowd, though the port is shut in the middle of their handshakes: each %s',
    (style) => {
      boot('nodemcu-3.0', 'delay=30ms');
      const load = { request: HEAD, style, total: 60, intervalMs: 2, patienceMs: 40_000 };
      const outcomes = runOpenLoop(lab, load).map(({ outcome }) => outcome);
      expect(outcomes.filter((outcome) => outcome !== 'answered' && outcome !== 'reset')).toEqual([]);
    },
  );

  it('slows clients down instead of running out of memory', () => {
    boot();
    const results = runLoad(lab, { request: HEAD, style: 'waits-for-eof', clients: 1, total: 120 });
    expect(unanswered(results)).toBe(0);
    expect(lab.restarts).toBe(0);
    expect(lab.board.snapshot().minHeap).toBeGreaterThanOrEqual(12_288);
  });

  it('gives memory back: a second load leaves what the first left', () => {
    boot();
    const load = { request: HEAD, style: 'closes-first', clients: 20, total: 100 } as const;
    const after: number[] = [];
    for (let round = 0; round < 2; round++) {
      runLoad(lab, load);
      lab.run(16_000);
      after.push(lab.board.snapshot({ collect: true }).heap);
    }
    expect(Math.abs((after[1] ?? 0) - (after[0] ?? 0))).toBeLessThan(200);
  });

  it('holds less than 12 kB while it serves, and forgets what it learnt when nobody comes', () => {
    boot();
    const atRest = lab.board.snapshot({ collect: true }).heap;
    runLoad(lab, { request: HEAD, style: 'closes-first', clients: 1, total: 20 });
    lab.run(16_000);
    const { heap } = lab.board.snapshot({ collect: true });
    expect(heap).toBeGreaterThan(44_100 - 12_288);
    expect(atRest - heap).toBeLessThan(300);
    expect(exchange(lab, HEAD).outcome).toBe('answered');
  });

  it('ends a connection that says nothing, and goes on', () => {
    boot();
    expect(exchange(lab, '', { style: 'waits-for-eof' }).outcome).toBe('closed early');
    expect(exchange(lab, HEAD).outcome).toBe('answered');
  });
});
