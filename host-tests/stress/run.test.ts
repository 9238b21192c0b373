import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { BoardDriver } from '../board-driver.ts';
import { runStress, type StressOptions } from './run.ts';
import { parseMix } from './client/style.ts';
import type { Step } from './schedule/ladder.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const RESPONSE = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n';

/** A server on loopback that does `onRequest` once the request has come; the first request is the harness's probe. */
async function serve(onRequest: (socket: Socket, number: number) => void): Promise<number> {
  let number = 0;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('end', () => socket.end());
    socket.once('data', () => onRequest(socket, number++));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const step = (over: Partial<Step> = {}): Step => ({
  name: 'test',
  load: { kind: 'interval', everyMs: 20 },
  durationMs: 190,
  mix: parseMix('read-to-eof'),
  ...over,
});

const options = (port: number, over: Partial<StressOptions> = {}): StressOptions => ({
  host: '127.0.0.1',
  port,
  path: '/',
  method: 'HEAD',
  steps: [step()],
  capture: 'none',
  warmUp: false,
  deadlineMs: 400,
  ...over,
});

/** A board that tells of itself what `snapshot` says. */
const boardAt = (port: number, snapshot: BoardDriver['snapshot']): BoardDriver => ({
  ...{ kind: 'virtual', host: '127.0.0.1', port, snapshot },
  close: () => Promise.resolve(),
});

test('a server that answers and closes passes, and every connection has a verdict', async () => {
  const port = await serve((socket) => socket.end(RESPONSE));
  const report = await runStress(options(port));
  expect(report.totals).toMatchObject({
    connections: 10,
    outcomes: { answered: 10 },
    endings: { 'device-fin': 10 },
    verdicts: { 'device-first-clean': 10 },
  });
  expect(report.passed).toBe(true);
});

test('client-first closes without waiting for the FIN of the server', async () => {
  const port = await serve((socket) => socket.write(RESPONSE));
  const report = await runStress(options(port, { steps: [step({ mix: parseMix('client-first') })] }));
  expect(report.totals.verdicts).toEqual({ 'client-first-clean': 10 });
});

test('closed loop keeps the asked number of clients busy', async () => {
  let open = 0;
  let most = 0;
  const port = await serve((socket) => {
    most = Math.max(most, ++open);
    setTimeout(() => {
      open--;
      socket.end(RESPONSE);
    }, 10);
  });
  const report = await runStress(
    options(port, { steps: [step({ load: { kind: 'clients', clients: 7, pauseMs: 0 } })] }),
  );
  expect(most).toBe(7);
  expect(report.totals.outcomes).toEqual({ answered: report.totals.connections });
});

test('a speculative client opens a second connection that says nothing, with a verdict of its own', async () => {
  const port = await serve((socket) => socket.write(RESPONSE));
  const report = await runStress(options(port, { steps: [step({ mix: parseMix('speculative') })] }));
  expect(report.totals).toMatchObject({
    connections: 20,
    outcomes: { answered: 10, idle: 10 },
    verdicts: { 'client-first-clean': 20 },
  });
  expect(report.passed).toBe(true);
});

test.each([0, 2])('a load of 25 connections makes exactly 25, with %i workers', async (workers) => {
  const port = await serve((socket) => socket.end(RESPONSE));
  const load = { kind: 'clients', clients: 4, pauseMs: 0 } as const;
  const steps = [step({ load, durationMs: 60_000, connections: 25 })];
  const report = await runStress(options(port, { steps, workers }));
  expect(report.totals.outcomes).toEqual({ answered: 25 });
});

test('several threads share the moments of an open loop and the clients of a closed one', async () => {
  const port = await serve((socket) => setTimeout(() => socket.end(RESPONSE), 20));
  const steps = [
    step({ name: 'open' }),
    step({ name: 'closed', load: { kind: 'clients', clients: 3, pauseMs: 0 }, durationMs: 300 }),
  ];
  const report = await runStress(options(port, { steps, workers: 2 }));
  expect(report.steps).toMatchObject([{ connections: 10 }, { mostOpen: 3 }]);
  expect(report.totals.outcomes).toEqual({ answered: report.totals.connections });
  expect(report.totals.verdicts).toEqual({ 'device-first-clean': report.totals.connections });
});

test('stopping reaches the threads too', async () => {
  const stop = new AbortController();
  const port = await serve((socket, number) => {
    socket.end(RESPONSE);
    if (number === 5) stop.abort();
  });
  const report = await runStress(
    options(port, { steps: [step({ durationMs: 60_000 })], workers: 2, signal: stop.signal }),
  );
  expect(report.partial).toBe(true);
  expect(report.durationMs).toBeLessThan(30_000);
});

test('connections come from the addresses and ports that were chosen', async () => {
  const peers = new Set<string>();
  const port = await serve((socket) => {
    peers.add(socket.remoteAddress ?? '');
    socket.end(RESPONSE);
  });
  const report = await runStress(options(port, { sources: '127.0.0.7' }));
  expect(report.totals.outcomes).toEqual({ answered: 10 });
  expect([...peers]).toEqual(['127.0.0.1', '127.0.0.7']);
});

test.each<[string, (socket: Socket) => void, object, object]>([
  ['a RST instead of a response', (socket) => socket.resetAndDestroy(), { 'no-reply': 10 }, { 'rst-before-data': 10 }],
  ['a FIN instead of a response', (socket) => socket.end(), { 'no-reply': 10 }, { 'no-reply': 10 }],
  ['half a header', (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-'), { truncated: 10 }, { truncated: 10 }],
  ['a body after HEAD', (socket) => socket.end(`${RESPONSE}hello`), { 'wrong-reply': 10 }, { 'wrong-reply': 10 }],
  [
    'status 404',
    (socket) => socket.end('HTTP/1.1 404 Not Found\r\n\r\n'),
    { 'wrong-reply': 10 },
    { 'wrong-reply': 10 },
  ],
  ['silence', () => undefined, { timeout: 10 }, { timeout: 10 }],
])('%s fails the run with the right names', async (_name, misbehave, outcomes, verdicts) => {
  const port = await serve((socket, number) => (number === 0 ? socket.end(RESPONSE) : misbehave(socket)));
  const report = await runStress(options(port));
  expect(report.totals.outcomes).toEqual(outcomes);
  expect(report.totals.verdicts).toEqual(verdicts);
  expect(report.passed).toBe(false);
});

test('503 counts as an answer, and is shown as busy', async () => {
  const port = await serve((socket) => socket.end('HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n\r\n'));
  const report = await runStress(options(port));
  expect(report.totals.outcomes).toEqual({ busy: 10 });
  expect(report.passed).toBe(true);
});

test('stopping gives a partial report that does not pass', async () => {
  const port = await serve((socket) => socket.end(RESPONSE));
  const report = await runStress(
    options(port, { steps: [step({ durationMs: 60_000 })], signal: AbortSignal.timeout(800) }),
  );
  expect(report.partial).toBe(true);
  expect(report.passed).toBe(false);
  expect(report.totals.outcomes.answered).toBeGreaterThan(1);
});

test('connections under way when the run is stopped are interrupted, not unanswered', async () => {
  const port = await serve((socket, number) => (number === 0 ? socket.end(RESPONSE) : undefined));
  const stop = { signal: AbortSignal.timeout(700), deadlineMs: 30_000 };
  const report = await runStress(
    options(port, {
      steps: [step({ load: { kind: 'clients', clients: 3, pauseMs: 0 }, durationMs: 60_000 })],
      ...stop,
    }),
  );
  expect(report.totals).toMatchObject({ connections: 3, outcomes: { interrupted: 3 }, verdicts: {} });
  expect(report.thresholds.find(({ text }) => text === 'unanswered==0')).toMatchObject({ actual: 0 });
});

test('stopping while the first answer is awaited gives a partial report at once', async () => {
  const port = await serve(() => undefined);
  const began = performance.now();
  const report = await runStress(options(port, { signal: AbortSignal.timeout(200), deadlineMs: 30_000 }));
  expect(report).toMatchObject({ partial: true, passed: false, totals: { connections: 0 } });
  expect(performance.now() - began).toBeLessThan(10_000);
});

test('a board that had no time to cool down has lost nothing that is known', async () => {
  const port = await serve((socket) => socket.end(RESPONSE));
  let heap = 40_000;
  const board = boardAt(port, () =>
    Promise.resolve({ heap: (heap -= 1000), minHeap: heap, restarts: 0, pcbs: { TIME_WAIT: 3 } }),
  );
  const report = await runStress(
    options(port, { board, steps: [step({ durationMs: 60_000 })], signal: AbortSignal.timeout(500) }),
  );
  expect(report.partial).toBe(true);
  expect(report.board.heapLost).toBeUndefined();
  expect(report.thresholds.find(({ text }) => text === 'heap-lost==0')).toMatchObject({
    note: 'not known, the run was interrupted',
  });
});

test('a server that answers and never closes is hammered, and its connections are half-open', async () => {
  const port = await serve((socket) => {
    socket.removeAllListeners('end');
    socket.write(RESPONSE);
  });
  const report = await runStress(options(port));
  expect(report.totals).toMatchObject({ outcomes: { answered: 10 }, verdicts: { 'half-open': 10 } });
});

test('heap that does not come back after cool-down fails the run', async () => {
  const port = await serve((socket) => socket.end(RESPONSE));
  let heap = 40_000;
  const board = boardAt(port, () =>
    Promise.resolve({ heap: (heap -= 1000), minHeap: heap, restarts: 0, pcbs: { CLOSE_WAIT: 1 } }),
  );
  const report = await runStress(options(port, { board, coolDownMs: 10 }));
  expect(report.board.heapLost).toBeGreaterThanOrEqual(1000);
  expect(report.thresholds.find(({ text }) => text === 'heap-lost==0')?.passed).toBe(false);
});

test('heap that is taken once and not again is growth, not a leak', async () => {
  const port = await serve((socket) => socket.end(RESPONSE));
  let asked = 0;
  const board = boardAt(port, () =>
    Promise.resolve({ heap: asked++ === 0 ? 40_000 : 38_000, minHeap: 30_000, restarts: 0, pcbs: {} }),
  );
  const report = await runStress(options(port, { board, coolDownMs: 10 }));
  expect(report.board).toMatchObject({ heapLost: 0, grownOnce: 2000, restarts: 0 });
  expect(report.steps.map(({ name }) => name)).toEqual(['test', 'leak check']);
  expect(report.passed).toBe(true);
});

test('a control block that the first load left behind is lost, though the leak check left no more', async () => {
  const port = await serve((socket) => socket.end(RESPONSE));
  let asked = 0;
  const board = boardAt(port, () => {
    const isFresh = asked++ === 0;
    return Promise.resolve({ heap: isFresh ? 40_000 : 38_000, restarts: 0, pcbs: { CLOSE_WAIT: isFresh ? 0 : 2 } });
  });
  const report = await runStress(options(port, { board, coolDownMs: 10 }));
  expect(report.board).toMatchObject({ heapLost: 0, pcbsLost: 2 });
});

test('a port where nothing listens is refused with a cure', async () => {
  const port = await serve(() => undefined);
  servers.pop()?.close();
  await expect(runStress(options(port))).rejects.toMatchObject({ name: 'UserError', exitCode: 3 });
});

test('a server that is not HTTP is refused with a cure', async () => {
  const port = await serve((socket) => socket.end('SSH-2.0-dropbear\r\n'));
  await expect(runStress(options(port))).rejects.toThrow(/not HTTP/);
});

test('a server that drops its first two connections is hammered all the same', async () => {
  const port = await serve((socket, number) => (number < 2 ? socket.resetAndDestroy() : socket.end(RESPONSE)));
  expect((await runStress(options(port))).totals.outcomes).toEqual({ answered: 10 });
});

test('addresses that this machine does not have are refused, and nothing is left that keeps the process alive', async () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const port = await serve((socket) => socket.end(RESPONSE));
  const before = timers();
  await expect(runStress(options(port, { sources: '198.51.100.7' }))).rejects.toMatchObject({ exitCode: 2 });
  expect(timers()).toBeLessThanOrEqual(before);
});

test('a server of TLS is called one', async () => {
  const port = await serve((socket) => socket.end(Uint8Array.of(0x15, 3, 1, 0, 2, 2, 0x46)));
  await expect(runStress(options(port))).rejects.toThrow(/speaks TLS/);
});

test.each([
  ['::1', /IPv6/],
  ['[::1]', /IPv6/],
  ['', /Not a host/],
  ['http://127.0.0.1/', /Not a host/],
  ['127.0.0.1:80', /Not a host/],
])('the host %j is refused as a usage error that says what is wrong', async (host, message) => {
  const refused = { exitCode: 2, message: expect.stringMatching(message) as string };
  await expect(runStress(options(80, { host }))).rejects.toMatchObject(refused);
});

test.each(['', '/a b', '/\r\nX: 1', '/ü'])('the path %j is refused', async (path) => {
  await expect(runStress(options(80, { path }))).rejects.toMatchObject({ exitCode: 2 });
});

test('a name that does not resolve is refused with a cure', async () => {
  await expect(runStress(options(80, { host: 'no-such-host.invalid' }))).rejects.toThrow(/no IPv4 address/);
});
