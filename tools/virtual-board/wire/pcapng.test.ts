import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../clock.ts';
import { CaptureFile, ObservedLink, record } from './capture.ts';
import { createWire } from './wire.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'last-ack-pcapng-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const arpRequest = Buffer.from(
  'ffffffffffff021aac0000010806000108000604000102 1aac000001c0a86463000000000000c0a86401'.replaceAll(' ', ''),
  'hex',
);

function writeSample(): string {
  const path = join(folder, 'sample.pcapng');
  const clock = new VirtualClock();
  const [near, far] = createWire(clock);
  const point = new ObservedLink(near);
  const file = new CaptureFile(path, 'a sample');
  point.onFrame(() => undefined);
  const stop = record(point, file, clock, { name: 'board', description: 'chip side', epochMs: 1_500_000_000_000 });
  point.send(arpRequest);
  clock.runUntil(1.5);
  far.send(arpRequest);
  clock.runUntil(2);
  stop();
  point.send(arpRequest);
  file.packet({ interfaceId: 0, timeMs: 1_500_000_000_003, frame: arpRequest, direction: 'in', comment: 'verdict: ö' });
  file.close();
  return path;
}

it('writes blocks whose two lengths agree and whose body is a multiple of four bytes', () => {
  const bytes = readFileSync(writeSample());
  const types: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt32LE(at + 4);
    expect(length % 4).toBe(0);
    expect(bytes.readUInt32LE(at + length - 4)).toBe(length);
    types.push(bytes.readUInt32LE(at));
    at += length;
  }
  expect(types).toEqual([0x0a0d0d0a, 1, 6, 6, 6]);
});

function hasTshark(): boolean {
  try {
    execFileSync('tshark', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const tshark = hasTshark();
describe.skipIf(!tshark)(`tshark${tshark ? '' : ' (skipped: tshark is not installed)'}`, () => {
  it('reads times, interfaces, directions and comments back', () => {
    const fields = ['frame.time_epoch', 'frame.interface_name', 'frame.packet_flags_direction', 'frame.comment'];
    const wanted = [...fields, 'arp.dst.proto_ipv4'].flatMap((field) => ['-e', field]);
    const output = execFileSync('tshark', ['-r', writeSample(), '-T', 'fields', '-E', 'separator=;', ...wanted], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    // Older versions print flags in hexadecimal.
    const lines = output.trim().replaceAll(';0x0000000', ';');
    expect(lines.split('\n')).toEqual([
      '1500000000.000000000;board;2;;192.168.100.1',
      '1500000000.001500000;board;1;;192.168.100.1',
      '1500000000.003000000;board;1;verdict: ö;192.168.100.1',
    ]);
  });
});
