import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { parseMix } from '../client/style.ts';
import { runStress } from '../run.ts';
import type { StressReport } from '../report/stress-report.ts';
import { startCapture } from './capture.ts';

/** Whether this machine lets us capture on loopback; tried, not guessed. */
const reason = await startCapture(
  { kind: 'packet-socket', interface: 'lo' },
  { address: '127.0.0.1', port: 1 },
  () => undefined,
)
  .then(async (capture) => {
    await capture.close();
    return '';
  })
  .catch((error: unknown) => String(error));

/** Why a program cannot capture here; empty when it can. */
const whyNot = async (program: 'tcpdump' | 'dumpcap'): Promise<string> =>
  startCapture(
    { kind: 'program', program, interface: 'lo', host: '127.0.0.1', port: 1 },
    { address: '127.0.0.1', port: 1 },
    () => undefined,
  )
    .then(async (capture) => {
      await capture.close();
      return '';
    })
    .catch((error: unknown) => String(error));

const programs = [
  { program: 'tcpdump', reason: await whyNot('tcpdump') },
  { program: 'dumpcap', reason: await whyNot('dumpcap') },
] as const;

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const RESPONSE = 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n';

async function stressServer(
  style: 'read-to-eof' | 'client-first',
  close: 'fin' | 'rst' | 'never',
  captureFolder?: string,
  program?: 'tcpdump' | 'dumpcap',
): Promise<StressReport> {
  let isProbe = true;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('end', () => socket.end());
    socket.once('data', () => {
      if (close === 'fin' || isProbe) socket.end(RESPONSE);
      else if (close === 'rst') socket.write(RESPONSE, () => socket.resetAndDestroy());
      else socket.write(RESPONSE);
      isProbe = false;
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return runStress({
    host: '127.0.0.1',
    port,
    ...(program && { capture: { kind: 'program', program, interface: 'lo', host: '127.0.0.1', port } }),
    path: '/',
    method: 'HEAD',
    warmUp: false,
    ...(captureFolder !== undefined && { captureFolder }),
    steps: [{ name: 'test', load: { kind: 'clients', clients: 3, pauseMs: 0 }, durationMs: 300, mix: parseMix(style) }],
  });
}

test.skipIf(reason !== '')(`a server that closes first is seen to do so, frame by frame ${reason}`, async () => {
  const report = await stressServer('read-to-eof', 'fin');
  expect(report.evidence).toMatchObject({ kind: 'capture', source: 'packet socket on lo', drops: 0, unseen: 0 });
  expect(report.totals.verdicts).toEqual({ 'device-first-clean': report.totals.connections });
  expect(report.specimens[0]?.segments.length).toBeGreaterThan(8);
});

test.skipIf(reason !== '')(`a client that closes first is seen to do so ${reason}`, async () => {
  const report = await stressServer('client-first', 'never');
  expect(report.totals.verdicts).toEqual({ 'client-first-clean': report.totals.connections });
});

test.skipIf(reason !== '')(`a RST right behind the data is seen, by the socket and on the wire ${reason}`, async () => {
  const report = await stressServer('read-to-eof', 'rst');
  expect(report.totals.endings).toEqual({ reset: report.totals.connections });
  expect(report.totals.verdicts).toEqual({ 'rst-after-data': report.totals.connections });
});

test.skipIf(reason !== '')(`the first bad end is kept as a capture file with its verdict in it ${reason}`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'last-ack-test-'));
  const report = await stressServer('read-to-eof', 'rst', folder);
  expect(report.evidence.files).toEqual([
    { verdict: 'rst-after-data', path: join(folder, 'first-rst-after-data.pcapng') },
  ]);
  const bytes = readFileSync(join(folder, 'first-rst-after-data.pcapng'));
  expect(bytes.readUInt32LE(0)).toBe(0x0a0d0d0a);
  expect(bytes.toString('latin1')).toContain('rst-after-data: RST (acceptable) after');
  rmSync(folder, { recursive: true });
});

for (const { program, reason } of programs)
  test.skipIf(reason !== '')(`${program} captures where we may not ${reason}`, async () => {
    const report = await stressServer('read-to-eof', 'fin', undefined, program);
    expect(report.evidence).toMatchObject({ kind: 'capture', source: `${program} on lo`, drops: 0, unseen: 0 });
    expect(report.totals.verdicts['device-first-clean']).toBeGreaterThan(0);
  });
