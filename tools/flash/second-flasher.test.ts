import { createHash } from 'node:crypto';
import { ESPLoader, Transport } from 'esptool-js';
import { describe, expect, it, vi } from 'vitest';
import type { Port } from '../serial/port.ts';
import { webSerialPort } from '../serial/web-serial.ts';
import { RealClock } from '../virtual-board/clock.ts';
import { readBoard } from './backup.ts';
import { flashParts } from './flash.ts';
import { syntheticImage } from './synthetic-image.ts';
import { bareBoardOn } from './testing.ts';

/** What the test uses of it; its declarations lie where Node's resolution does not find them. */
interface SecondLoader {
  chipName: string | null;
  initialize(): Promise<void>;
  runStub(): Promise<SecondLoader>;
  readFlash(address: number, size: number): Promise<Uint8Array>;
  flashData(data: ArrayBuffer, onProgress: () => void, offset: number, compress: boolean): Promise<void>;
  disconnect(): Promise<void>;
}

interface SecondFlasher {
  ESPLoader: new (port: ReturnType<typeof webSerialPort>, logger: Record<string, () => void>) => SecondLoader;
}

const silence = (): void => undefined;
const image = syntheticImage({ size: 100 * 1024 });

/** tasmota-webserial-esptool: written by others from the protocol, with a stub build of its own. */
async function secondFlasher(port: Port): Promise<{ loader: SecondLoader; stub: SecondLoader }> {
  const module = 'tasmota-webserial-esptool/dist/web/index.js';
  const { ESPLoader } = (await import(module)) as SecondFlasher;
  const serial = webSerialPort(port);
  await serial.open({ baudRate: 115200 });
  const loader = new ESPLoader(serial, { log: silence, debug: silence, error: silence });
  await loader.initialize();
  const stub = await loader.runStub();
  return { loader, stub };
}

describe('esptool-js as it comes', () => {
  it('flashes through its own transport, all but the reset', async () => {
    const board = bareBoardOn(new RealClock(), { rate: 'instant' });
    const log = vi.spyOn(console, 'log').mockImplementation(silence);
    const terminal = { clean: silence, write: silence, writeLine: silence };
    const loader = new ESPLoader({ transport: new Transport(webSerialPort(board.port)), baudrate: 460800, terminal });
    await loader.detectChip();
    await loader.runStub();
    await loader.changeBaud();
    await loader.writeFlash({
      fileArray: [{ data: image, address: 0 }],
      ...{ flashMode: 'keep', flashFreq: 'keep', flashSize: 'keep', eraseAll: true, compress: true },
      calculateMD5Hash: (data) => createHash('md5').update(data).digest('hex'),
    });
    expect(Buffer.from(board.flash.read(0, image.length)).equals(image)).toBe(true);
    await loader.after('hard_reset');
    expect(board.state()).toBe('loader');
    await loader.after('custom_reset', false, 'D0|R1|W100|R0');
    await expect.poll(() => board.state()).toBe('firmware');
    await loader.transport.disconnect();
    log.mockRestore();
  });
});

describe('a second, independent flasher', () => {
  it('reads back exactly what was flashed', async () => {
    const board = bareBoardOn(new RealClock(), { rate: 'instant' });
    await flashParts({ ...board, parts: [{ name: 'image.bin', address: 0, data: image }] });
    const { loader, stub } = await secondFlasher(board.port);
    expect(loader.chipName).toBe('ESP8266');
    const back = await stub.readFlash(0, image.length);
    const expected = Uint8Array.from(image);
    expected[3] = 0x40;
    expect(Buffer.from(back).equals(expected)).toBe(true);
    await stub.disconnect();
  });

  it('writes what our backup reads', async () => {
    const board = bareBoardOn(new RealClock(), { rate: 'instant' });
    const { stub } = await secondFlasher(board.port);
    const copy = Uint8Array.from(image);
    await stub.flashData(copy.buffer, silence, 0, true);
    await stub.disconnect();
    const { bytes } = await readBoard(board);
    expect(Buffer.from(bytes.subarray(4, image.length)).equals(image.subarray(4))).toBe(true);
    expect(bytes.subarray(image.length).every((byte) => byte === 0xff)).toBe(true);
  });
});
