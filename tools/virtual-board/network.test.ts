import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KernelClientReport } from './fixtures/kernel-client.ts';
import { readCapture } from './wire/capture-reader.ts';
import { namespaceMissing, runInNamespace } from './wire/testing.ts';
import { farCapturePath } from './wiring.ts';

const missing = await namespaceMissing();
const fixture = new URL('./fixtures/kernel-client.ts', import.meta.url);

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'last-ack-network-'))));
afterEach(() => rmSync(folder, { recursive: true }));

async function fetchOver(net: string, ...air: string[]): Promise<KernelClientReport> {
  const { stdout, stderr } = await runInNamespace(fixture, [net, folder, ...air], 60_000);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as KernelClientReport;
}

/** Frames that the board has received. */
const framesOf = (path: string): string[] =>
  readCapture(readFileSync(path))
    .packets.filter(({ direction }) => direction === 'in')
    .map(({ frame }) => Buffer.from(frame).toString('hex'));

describe.skipIf(missing)(`a board in a network namespace${missing ? ` (skipped: ${missing})` : ''}`, () => {
  it.each([
    ['tap', 'TAP'],
    ['packet', 'packet socket'],
  ])(
    "by %s has Linux's own TCP as its client",
    async (net, name) => {
      const report = await fetchOver(net, 'steady');
      expect(report).toMatchObject({
        net,
        netReason: `${name} in its own namespace: Linux's TCP is the client, 192.168.100.1 -> 192.168.100.99`,
        statuses: Array<number>(10).fill(200),
      });
      expect(framesOf(join(folder, 'board.pcapng')).length).toBeGreaterThan(40);
      expect(existsSync(farCapturePath(join(folder, 'board.pcapng')))).toBe(false);
    },
    60_000,
  );

  it('is out of reach while Wi-Fi is gone, and serves again after its return', async () => {
    const { outage } = await fetchOver('tap', 'outage');
    expect(outage).toEqual({ during: 'TimeoutError', after: 200 });
  }, 60_000);

  it('serves through loss, and captures both sides of it', async () => {
    const report = await fetchOver('tap', 'steady', 'rx.loss=10%,delay=1ms');
    expect(report.statuses).toEqual(Array<number>(10).fill(200));
    const board = framesOf(join(folder, 'board.pcapng'));
    const network = framesOf(farCapturePath(join(folder, 'board.pcapng')));
    // All that reached the board has been on the network, and more than that.
    expect(network.length).toBeGreaterThan(board.length);
    expect(board.filter((frame) => !network.includes(frame))).toEqual([]);
  }, 60_000);
});
