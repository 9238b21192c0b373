import { existsSync, mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { autoDetect } from '@serialport/bindings-cpp';
import { SerialPortStream } from '@serialport/stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RealClock } from '../clock.ts';
import { openPty, type Pty } from './pty.ts';
import { Uart } from './uart.ts';

const isWindows = process.platform === 'win32';

describe.skipIf(isWindows)('the pseudo-terminal of a board (not on Windows, which has none)', () => {
  let folder = '';
  let link = '';
  let uart: Uart;
  let pty: Pty;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'last-ack-pty-'));
    link = join(folder, 'serial');
    uart = new Uart({ clock: new RealClock(), rate: 'instant' });
    uart.chip.baudRate = 115200;
    pty = await openPty(uart, link);
  });
  afterEach(() => {
    pty.close();
    rmSync(folder, { recursive: true });
  });

  it('is named by a link as long as it is open', () => {
    expect(readlinkSync(link)).toBe(pty.devicePath);
    pty.close();
    expect(existsSync(link)).toBe(false);
  });

  it('passes every byte value untouched in both directions, open after open', async () => {
    uart.chip.onReceive((bytes) => uart.chip.write(bytes.map((byte) => byte ^ 0xff)));
    const all = Uint8Array.from({ length: 256 }, (_, value) => value);
    for (let round = 0; round < 2; round++) {
      const port = await open(link, 115200);
      const answer = receive(port, 256);
      port.write(Buffer.from(all));
      expect(await answer).toEqual(Buffer.from(all.map((byte) => byte ^ 0xff)));
      await close(port);
    }
  });

  it('follows the baud rate of the program that opened it', async () => {
    uart.chip.autoBaud = true;
    const heard = new Promise((resolve) => uart.chip.onReceive(resolve));
    const port = await open(link, 460800);
    port.write('U');
    await heard;
    expect(uart.chip.baudRate).toBe(460800);
    await close(port);
  });

  it('does not stop the board when nobody reads', async () => {
    for (let lot = 0; lot < 100; lot++) uart.chip.write(new Uint8Array(4096));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(uart.chip.txPending).toBe(0);
  });

  it('can be had by one program at a time', async () => {
    const port = await open(link, 115200);
    await expect(open(link, 115200)).rejects.toThrow(/lock/i);
    await close(port);
  });
});

function open(path: string, baudRate: number): Promise<SerialPortStream> {
  return new Promise((resolve, reject) => {
    const port: SerialPortStream = new SerialPortStream({ binding: autoDetect(), path, baudRate }, (error) =>
      error ? reject(error) : resolve(port),
    );
  });
}

function receive(port: SerialPortStream, length: number): Promise<Buffer> {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    port.on('data', (bytes: Buffer) => {
      received = Buffer.concat([received, bytes]);
      if (received.length >= length) resolve(received);
    });
  });
}

const close = (port: SerialPortStream): Promise<void> => new Promise((resolve) => port.close(() => resolve()));
