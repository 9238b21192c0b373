import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPty, type Pty } from '../virtual-board/serial/pty.ts';
import type { SerialLine } from '../virtual-board/serial/line.ts';
import { openPort } from './open-port.ts';
import { Receivers, type Port } from './port.ts';

/** The far end of the line: says back what it hears, plus one. */
class EchoLine implements SerialLine {
  readonly pending = 0;
  readonly #receivers = new Receivers<[Uint8Array]>();
  write = (bytes: Uint8Array): void => this.#receivers.send(bytes.map((byte) => byte + 1));
  onData = (receiver: (bytes: Uint8Array) => void): (() => void) => this.#receivers.add(receiver);
  setLines = (): void => undefined;
  setBaudRate = (): void => undefined;
}

let folder: string;
let path: string;
let pty: Pty;
let port: Port | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'last-ack-port-'));
  path = join(folder, 'serial');
  pty = await openPty(new EchoLine(), path);
});

afterEach(async () => {
  await port?.close();
  port = undefined;
  pty.close();
  rmSync(folder, { recursive: true });
});

test('every byte value passes unchanged in both directions', async () => {
  port = await openPort(path);
  const received: number[] = [];
  const all = new Promise<void>((resolve) => {
    port?.onData((bytes) => {
      received.push(...bytes);
      if (received.length === 256) resolve();
    });
  });
  await port.write(Uint8Array.from({ length: 256 }, (_, value) => value));
  await all;
  expect(received).toEqual(Array.from({ length: 256 }, (_, value) => (value + 1) & 255));
});

test('a port that is open is refused to the next program', async () => {
  port = await openPort(path);
  await expect(openPort(path)).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringContaining('is in use') as string,
  });
});

test('a port that does not exist says how to go on without hardware', async () => {
  await expect(openPort(join(folder, 'none'))).rejects.toMatchObject({
    exitCode: 3,
    cure: expect.stringContaining('last-ack board') as string,
  });
});

test('writing to a closed port is an error instead of silence', async () => {
  port = await openPort(path);
  await port.close();
  await port.close();
  await expect(port.write(Uint8Array.of(1))).rejects.toThrow('is closed');
});

test('beside a control socket, modem lines and baud rate go to the board', async () => {
  const calls: unknown[] = [];
  const server = createServer((socket) => {
    socket.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.trimEnd().split('\n')) {
        const { id, ...call } = JSON.parse(line) as { id: number };
        calls.push(call);
        socket.write(`${JSON.stringify({ id, result: null })}\n`);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(join(folder, 'control'), resolve));
  try {
    port = await openPort(path);
    expect(port.isVirtual).toBe(true);
    await port.setLines({ dtr: false, rts: true });
    await port.setBaudRate(921600);
    expect(port.baudRate).toBe(921600);
    expect(calls).toEqual([
      { method: 'baud', params: { rate: 115200 } },
      { method: 'lines', params: { dtr: false, rts: true } },
      { method: 'baud', params: { rate: 921600 } },
    ]);
  } finally {
    await port?.close();
    await new Promise((resolve) => server.close(resolve));
  }
});

test('a virtual board that is stopped is named, and its port is free again', { timeout: 15_000 }, async () => {
  const control = createServer((socket) => void socket.resume());
  await new Promise<void>((resolve) => control.listen(join(folder, 'control'), resolve));
  await expect(openPort(path)).rejects.toMatchObject({ exitCode: 4, fault: 'stopped' });
  await new Promise((resolve) => {
    control.close(resolve);
  });
  rmSync(join(folder, 'control'), { force: true });
  port = await openPort(path);
  expect(port.isVirtual).toBe(false);
});
