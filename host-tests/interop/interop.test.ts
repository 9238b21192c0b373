import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../tools/build/build.ts';
import { findProgram } from '../../tools/doctor/programs.ts';
import { namespaceMissing, runInNamespace } from '../../tools/virtual-board/wire/testing.ts';
import { interopClients } from './clients.ts';
import type { InteropReport } from './run-clients.ts';

const programs = [...new Set(interopClients('').map(({ program }) => program))];
const absent = [...programs, 'tshark'].filter((program) => findProgram([program]) === undefined);
const missing = (await namespaceMissing()) ?? (absent.length > 0 ? `not installed: ${absent.join(', ')}` : undefined);
const RUN_MS = 180_000;

describe.skipIf(missing)(`other people's clients${missing ? ` (skipped: ${missing})` : ''}`, () => {
  let folder: string;
  let report: InteropReport;
  /** Something is wrong with the capture: it is left for whoever looks into it. */
  let keepsCapture = false;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'last-ack-interop-test-'));
    const firmware = join(folder, 'firmware');
    await build({ outDir: firmware, measure: false });
    const script = new URL('./run-clients.ts', import.meta.url);
    const result = await runInNamespace(script, [firmware, join(folder, 'all.pcapng')], RUN_MS);
    if (result.stdout === '') throw new Error(result.stderr);
    report = JSON.parse(result.stdout) as InteropReport;
  }, RUN_MS + 30_000);

  afterAll(() => {
    if (!keepsCapture) rmSync(folder, { recursive: true, force: true });
  });

  it.each(interopClients('192.168.100.99').map(({ program, args, about }) => [[program, ...args].join(' '), about]))(
    '%s %s',
    (name) => {
      const ran = report.clients.find((client) => client.name === name);
      expect(ran).toBeDefined();
      expect(ran?.problem).toBeUndefined();
    },
  );

  it('leave the board running, with every control block gone and the heap that it had', () => {
    const { before, after } = report;
    expect(after.restarts).toBe(before.restarts);
    expect(after.pcbs).toEqual({});
    // Less than what one idle connection costs may differ: Lua's tables shrink late.
    expect(before.heap - after.heap).toBeLessThan(1000);
  });

  it('find nothing malformed, no bad checksum and no acknowledgement of unseen data in a fault-free capture', () => {
    const wrong = [
      '_ws.malformed',
      'ip.checksum.status == "Bad"',
      // Linux sends a checksum of zero as 0xffff (skb_checksum_help), which is equal to it and odd only to tshark.
      'tcp.checksum.status == "Bad" && !(tcp.checksum == 0xffff && ip.src == 192.168.100.1)',
      'udp.checksum.status == "Bad"',
      'icmp.checksum.status == "Bad"',
      'tcp.analysis.ack_lost_segment',
      'tcp.analysis.lost_segment',
    ];
    const checks = ['ip.check_checksum', 'tcp.check_checksum', 'udp.check_checksum'].flatMap((name) => [
      '-o',
      `${name}:TRUE`,
    ]);
    const capture = join(folder, 'all.pcapng');
    const read = ['-r', capture, ...checks];
    const tshark = (args: string[]): string =>
      execFileSync('tshark', args, { encoding: 'utf8', maxBuffer: 64_000_000, stdio: ['ignore', 'pipe', 'ignore'] });
    const found = tshark([...read, '-Y', wrong.map((filter) => `(${filter})`).join(' || ')]);
    keepsCapture = found !== '';
    expect(found, `kept: ${capture}`).toBe('');
    expect(tshark([...read, '-Y', 'tcp']).split('\n').length).toBeGreaterThan(500);
  });
});
