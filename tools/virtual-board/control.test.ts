import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { VirtualClock } from './clock.ts';
import { connectControl, type BoardControl, type StreamedFrame } from './control-client.ts';
import { controlMethods, type ControlledBoard, type ControlledNetwork } from './control-methods.ts';
import { serveControl, type ControlServer } from './control.ts';
import type { BoardEvent, BoardSnapshot } from './inspect.ts';
import { ObservedLink } from './wire/capture.ts';
import { createWire } from './wire/wire.ts';

const snapshot: BoardSnapshot = {
  timeMs: 1,
  mode: 'running',
  profile: 'test',
  heap: 40_000,
  minHeap: 30_000,
  restarts: 0,
  lastReset: 'power',
  pcbs: { TIME_WAIT: 2 },
  pins: { '2': 1 },
  wifi: { connected: true, ip: '192.168.100.99' },
};

let folder: string;
let server: ControlServer;
let client: BoardControl;
let calls: string[];
let receivers: Set<(event: BoardEvent) => void>;
const clock = new VirtualClock();
const point = new ObservedLink(createWire(clock)[0]);

const board: ControlledBoard = {
  serial: {
    pending: 0,
    write: () => undefined,
    onData: () => () => undefined,
    setLines: ({ dtr, rts }) => void calls.push(`lines ${dtr} ${rts}`),
    setBaudRate: (rate) => void calls.push(`baud ${rate}`),
  },
  reset: (cause) => void calls.push(`reset ${cause}`),
  snapshot: (options) => ({ ...snapshot, heap: options?.collect ? 41_000 : snapshot.heap }),
  onEvent: (receiver) => {
    receivers.add(receiver);
    return () => receivers.delete(receiver);
  },
  setInput: (gpio, level) => void calls.push(`input ${gpio} ${level}`),
};

const network: ControlledNetwork = {
  point,
  now: () => clock.now(),
  setAccessPoint: (up) => void calls.push(`wifi ${up}`),
  startCapture: (path) => void calls.push(`capture ${path}`),
  stopCapture: () => 7,
  gatewayPorts: () => ({ 49152: 51000 }),
};

beforeEach(async () => {
  calls = [];
  receivers = new Set();
  folder = mkdtempSync(join(tmpdir(), 'last-ack-control-'));
  server = await serveControl(join(folder, 'control'), controlMethods(board, network));
  client = await connectControl(join(folder, 'control'));
});

afterEach(async () => {
  client.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

it('lets nobody but its user open the socket', () => {
  expect(statSync(join(folder, 'control')).mode & 0o777).toBe(0o600);
});

it('answers a snapshot, with garbage collected first when asked', async () => {
  expect(await client.call('snapshot')).toEqual(snapshot);
  expect(await client.call('snapshot', { collect: true })).toMatchObject({ heap: 41_000 });
});

it('carries modem lines, baud rate, reset, inputs and Wi-Fi to the board in order', async () => {
  await Promise.all([
    client.call('lines', { dtr: false, rts: true }),
    client.call('baud', { rate: 460800 }),
    client.call('reset'),
    client.call('input', { gpio: 4, level: 1 }),
    client.call('wifi', { up: false }),
    client.call('capture', { path: '/somewhere' }),
  ]);
  expect(calls).toEqual([
    'lines false true',
    'baud 460800',
    'reset external',
    'input 4 1',
    'wifi false',
    'capture /somewhere',
  ]);
  expect(await client.call('capture', { stop: true })).toEqual({ packets: 7 });
  expect(await client.call('gateway')).toEqual({ '49152': 51000 });
});

it('streams events to subscribers, control blocks only to those who ask for them', async () => {
  const seen: BoardEvent[] = [];
  client.onEvent((event) => seen.push(event));
  await client.call('subscribe');
  const pin: BoardEvent = { t: 1, type: 'pin', gpio: 2, level: 0 };
  const pcb: BoardEvent = { t: 2, type: 'pcb', connection: 'a', from: 'CLOSED', to: 'SYN_RCVD' };
  for (const receiver of receivers) [pin, pcb].forEach(receiver);
  await client.call('snapshot');
  expect(seen).toEqual([pin]);
  await client.call('subscribe', { types: ['pcb'] });
  for (const receiver of receivers) receiver(pcb);
  await client.call('snapshot');
  expect(seen).toEqual([pin, pcb]);
});

it('streams the frames that cross the wire', async () => {
  const seen: StreamedFrame[] = [];
  client.onFrame((frame) => seen.push(frame));
  await client.call('frames');
  point.send(Uint8Array.of(1, 2, 3));
  await client.call('snapshot');
  expect(seen).toEqual([{ t: 0, dir: 'tx', base64: 'AQID' }]);
});

it('says what is wrong with a call and goes on', async () => {
  await expect(client.call('dance')).rejects.toThrow('unknown method dance; there are snapshot, subscribe, lines');
  await expect(client.call('lines', { dtr: 'yes', rts: false })).rejects.toThrow('dtr must be true or false');
  await expect(client.call('baud', { rate: -1 })).rejects.toThrow('rate must be a positive number');
  await expect(client.call('subscribe', { types: ['tides'] })).rejects.toThrow('types must be a list of reset, pin');
  await expect(client.call('capture')).rejects.toThrow('capture needs');
  expect(await client.call('snapshot')).toEqual(snapshot);
});

it('ends open calls with an error when the board goes, and forgets clients that go', async () => {
  await client.call('subscribe');
  const closed = new Promise<void>((resolve) => client.onClose(resolve));
  await server.close();
  await closed;
  expect(receivers.size).toBe(0);
  await expect(client.call('snapshot')).rejects.toThrow('the virtual board has ended');
});
