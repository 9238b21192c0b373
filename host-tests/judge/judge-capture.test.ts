import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HeadClient } from '../../tools/virtual-board/bench/head-client.ts';
import { benchServers } from '../../tools/virtual-board/bench/server.ts';
import { VirtualBoard } from '../../tools/virtual-board/board.ts';
import { VirtualClock } from '../../tools/virtual-board/clock.ts';
import { findProfile } from '../../tools/virtual-board/profiles/index.ts';
import { seededRandom } from '../../tools/virtual-board/random.ts';
import { MemoryFlash } from '../../tools/virtual-board/serial/memory-flash.ts';
import { readCapture, type ReadCapture } from '../../tools/virtual-board/wire/capture-reader.ts';
import { CaptureFile, ObservedLink, record } from '../../tools/virtual-board/wire/capture.ts';
import { createWire } from '../../tools/virtual-board/wire/wire.ts';
import { annotate } from './annotate.ts';
import { addressText, findServer, judgeCapture } from './judge-capture.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'last-ack-judge-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** Three HEADs, a second apart, against the tutorial's server or one that leaves the close to its client. */
function captureHeads(server: keyof typeof benchServers): ReadCapture {
  const clock = new VirtualClock();
  const [near, far] = createWire(clock);
  const path = join(folder, 'heads.pcapng');
  const file = new CaptureFile(path);
  const point = new ObservedLink(near);
  record(point, file, clock, { name: 'board', description: '', epochMs: 1_700_000_000_000 });
  const board = new VirtualBoard({
    ...{ clock, link: point, random: seededRandom(1), flash: new MemoryFlash(), speed: 'host' },
    ...{ profile: findProfile('nodemcu-3.0'), files: benchServers[server] },
  });
  board.powerOn();
  clock.runUntil(1000);
  const client = new HeadClient(far, clock, server === 'clientFirst');
  for (let number = 1; number <= 3; number++) {
    client.head(() => undefined);
    clock.runUntil(1000 + number * 1000);
  }
  clock.runUntil(20_000);
  client.stop();
  board.close();
  file.close();
  return readCapture(readFileSync(path));
}

it('finds the server and judges every connection to it', () => {
  const capture = captureHeads('clientFirst');
  const server = findServer(capture);
  expect(server && `${addressText(server.address)}:${server.port}`).toBe('192.168.100.99:80');
  const connections = judgeCapture(capture, server ?? { address: 0, port: 0 });
  expect(connections.map(({ number, verdict }) => `${number} ${verdict}`)).toEqual([
    '1 client-first-clean',
    '2 client-first-clean',
    '3 client-first-clean',
  ]);
});

it('tells a device that withholds the ACK of a FIN', () => {
  const capture = captureHeads('naive');
  const connections = judgeCapture(capture, findServer(capture) ?? { address: 0, port: 0 });
  expect(connections.map(({ verdict }) => verdict)).toEqual(Array<string>(3).fill('withheld-fin-ack'));
});

it('comments the first and the last packet of every connection, and changes nothing else', () => {
  const capture = captureHeads('clientFirst');
  const connections = judgeCapture(capture, findServer(capture) ?? { address: 0, port: 0 });
  const annotated = readCapture(annotate(capture, connections));
  expect(annotated.packets.map(({ timeMs, frame }) => [timeMs, Buffer.from(frame).toString('hex')])).toEqual(
    capture.packets.map(({ timeMs, frame }) => [timeMs, Buffer.from(frame).toString('hex')]),
  );
  const comments = annotated.packets.flatMap(({ comment }) => (comment === undefined ? [] : [comment]));
  expect(comments).toHaveLength(6);
  expect(comments[0]).toMatch(/^connection 1 from 192\.168\.100\.1:\d+ begins, verdict client-first-clean$/);
  expect(comments[1]).toMatch(/^connection 1 from .* ends, client-first-clean: client closed first, every FIN/);
});

it('finds no server where no connection begins', () => {
  expect(findServer({ interfaces: [], packets: [] })).toBeUndefined();
});
