import { describe, expect, it } from 'vitest';
import { LinePort } from '../serial/line-port.ts';
import { seededRandom } from '../virtual-board/random.ts';
import type { ModemLines } from '../virtual-board/serial/line.ts';
import { MemoryFlash } from '../virtual-board/serial/memory-flash.ts';
import { readBoard, restoreBoard } from './backup.ts';
import { FaultyLine } from './faulty-line.ts';
import { eraseBoard, flashParts } from './flash.ts';
import { IROM_OFFSET } from './image.ts';
import type { FlashProgress } from './session.ts';
import { syntheticImage } from './synthetic-image.ts';
import { bareBoard, runInVirtualTime } from './testing.ts';

const image = syntheticImage({ size: 112 * 1024 });
const parts = [{ name: 'image.bin', address: 0, data: image }];
const inFlash = Uint8Array.from(image);
inFlash[3] = 0x40;

describe('flashing', () => {
  it('writes the image, sets the real flash size in its header, verifies it and starts it', async () => {
    const board = bareBoard();
    const result = await runInVirtualTime(board.clock, flashParts({ ...board, parts }));
    expect(board.state()).toBe('firmware');
    expect(holds(board, inFlash)).toBe(true);
    expect(result).toMatchObject({ chip: 'ESP8266EX', crystalMHz: 26, flashSize: 4 * 1024 * 1024, baudRate: 921600 });
    expect(result.mac).toBe('5c:cf:7f:1a:57:ac');
    expect(result.bytes).toBe(image.length);
    expect(result.banner).toBe('NodeMCU of a bare board');
    expect(board.port.baudRate).toBe(115200);
  });

  it('leaves what lies behind the image alone, unless it is told to erase', async () => {
    const board = bareBoard({ rate: 'instant' });
    board.flash.write(0x100000, Uint8Array.of(1, 2, 3));
    await runInVirtualTime(board.clock, flashParts({ ...board, parts }));
    expect(board.flash.read(0x100000, 3)).toEqual(Uint8Array.of(1, 2, 3));
    await runInVirtualTime(board.clock, flashParts({ ...board, parts, erase: true }));
    expect(board.flash.read(0x100000, 3)).toEqual(Uint8Array.of(0xff, 0xff, 0xff));
  });

  it('takes an image in two files and leaves the sectors between them alone', async () => {
    const board = bareBoard({ rate: 'instant' });
    board.flash.write(0xc000, Uint8Array.of(5));
    const two = [
      { name: '0x00000.bin', address: 0, data: image.subarray(0, 0x9000) },
      { name: '0x10000.bin', address: IROM_OFFSET, data: image.subarray(IROM_OFFSET) },
    ];
    await runInVirtualTime(board.clock, flashParts({ ...board, parts: two }));
    board.clock.runUntil(board.clock.now() + 10);
    expect(board.state()).toBe('firmware');
    expect(board.flash.read(0xc000, 1)).toEqual(Uint8Array.of(5));
  });

  it('says how far it is, never backwards on a good line', async () => {
    const board = bareBoard();
    const seen: FlashProgress[] = [];
    await runInVirtualTime(board.clock, flashParts({ ...board, parts, onProgress: (progress) => seen.push(progress) }));
    const written = seen.filter(({ phase }) => phase === 'write').map(({ done }) => done);
    expect(written).toEqual([...written].sort((a, b) => a - b));
    expect(written.length).toBeGreaterThan(4);
    expect(written.at(-1)).toBe(image.length);
  });

  it('uses the line within 5 % of what it carries', async () => {
    const board = bareBoard();
    const result = await runInVirtualTime(board.clock, flashParts({ ...board, parts, baudRate: 115200 }));
    const lineMs = (result.compressedBytes * 10 * 1000) / 115200;
    expect(result.writeMs).toBeGreaterThan(lineMs);
    expect(result.writeMs).toBeLessThan(lineMs * 1.05);
  });

  it('goes down to a rate at which the board is heard', async () => {
    const board = bareBoard();
    const setBaudRate = board.uart.setBaudRate.bind(board.uart);
    board.uart.setBaudRate = (rate) => setBaudRate(rate > 300_000 ? rate * 1.2 : rate);
    const notes: string[] = [];
    const onNote = (note: string): number => notes.push(note);
    const result = await runInVirtualTime(board.clock, flashParts({ ...board, parts, onNote }));
    expect(result.baudRate).toBe(230400);
    expect(notes).toContainEqual(expect.stringMatching(/not heard at 460800 baud, trying 230400/));
    expect(holds(board, inFlash)).toBe(true);
  });

  it('goes on at a lower rate from where it broke off', async () => {
    const largeImage = syntheticImage({ size: 512 * 1024 });
    const large = [{ name: 'image.bin', address: 0, data: largeImage }];
    const clean = bareBoard({ rate: 'instant' });
    const whole = await runInVirtualTime(clean.clock, flashParts({ ...clean, parts: large }));
    const blocks = Math.ceil(whole.compressedBytes / 0x4000);
    const board = bareBoard({ rate: 'instant' });
    const random = seededRandom(1);
    const strike = (): void => undefined;
    const line = new FaultyLine({ line: board.uart, random, fault: 'lost answer', atPacket: 60, strike });
    const port = new LinePort(line, 115200, board.clock);
    const written: number[] = [];
    const onProgress = ({ phase, done }: FlashProgress): unknown => phase === 'write' && written.push(done);
    let seenAtBreak = 0;
    const onNote = (note: string): void => {
      if (note.includes('trying again at 460800 baud')) seenAtBreak = written.length;
    };
    const flashing = flashParts({ ...board, port, parts: large, onProgress, onNote });
    const result = await runInVirtualTime(board.clock, flashing);
    const [before = 0, after = 0] = written.slice(seenAtBreak - 1);
    expect(before).toBeGreaterThan(40 * 1024);
    expect(after).toBeGreaterThan(before - 32 * 1024);
    expect(result.baudRate).toBe(460800);
    expect(result.compressedBytes).toBeLessThan(whole.compressedBytes * (1 + 3 / blocks));
    expect(holds(board, largeImage.subarray(4), 4)).toBe(true);
  });

  it('asks for the buttons when the adapter refuses the modem lines', async () => {
    const board = bareBoard();
    const notes: string[] = [];
    board.port.setLines = (_lines: ModemLines) => Promise.reject(new Error('Inappropriate ioctl for device'));
    const onNote = (note: string): void => {
      notes.push(note);
      if (note.startsWith('hold FLASH')) pressButtons(board, true);
      if (note.startsWith('press RST')) board.clock.after(5000, () => pressButtons(board, false));
    };
    const { banner } = await runInVirtualTime(board.clock, flashParts({ ...board, parts, onNote }));
    expect(holds(board, inFlash)).toBe(true);
    expect(notes).toContainEqual(expect.stringMatching(/refuses the modem lines/));
    expect([notes.at(-1), banner]).toEqual(['press RST to start the board', 'NodeMCU of a bare board']);
  });

  it('does not ask for the buttons when lines that worked stop working: the board is gone', async () => {
    const board = bareBoard();
    const notes: string[] = [];
    const onProgress = ({ phase }: FlashProgress): void => {
      if (phase !== 'write') return;
      board.circuit.setResetButton(true);
      board.port.setLines = () => Promise.reject(new Error('no answer'));
    };
    const onNote = (note: string): unknown => notes.push(note);
    const work = runInVirtualTime(board.clock, flashParts({ ...board, parts, onProgress, onNote }), 30_000);
    await expect(work).rejects.toMatchObject({
      exitCode: 4,
      message: expect.stringMatching(/flashed again/) as string,
    });
    expect(notes).not.toContainEqual(expect.stringMatching(/hold FLASH/));
  });

  it('says within 30 s that nothing answers, and what to try', async () => {
    const board = bareBoard();
    board.circuit.setResetButton(true);
    const work = runInVirtualTime(board.clock, flashParts({ ...board, parts }), 30_000);
    await expect(work).rejects.toMatchObject({
      exitCode: 4,
      message: expect.stringMatching(/no ESP8266 answers/) as string,
    });
  });

  it('is not held for ever by a board that babbles packets and cannot be reset', async () => {
    const board = bareBoard();
    board.port.setLines = () => Promise.resolve();
    board.uart.chip.baudRate = 115200;
    const babble = (): void => {
      board.uart.chip.write(Uint8Array.of(0xc0, 1, 0x0a, 2, 0, 0, 0, 0, 0, 0, 0, 0xc0, 0x41));
      board.clock.after(2, babble);
    };
    babble();
    const work = runInVirtualTime(board.clock, flashParts({ ...board, parts }), 30_000);
    await expect(work).rejects.toMatchObject({ exitCode: 4, message: expect.stringMatching(/not touched/) as string });
  });

  it('refuses an image that is too large for the chip without touching it', async () => {
    const board = bareBoard({ flash: new MemoryFlash(512 * 1024) });
    const work = runInVirtualTime(board.clock, flashParts({ ...board, parts }));
    await expect(work).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/needs 1024 KiB/) as string,
    });
    expect(board.flash.read(0, 4096).every((byte) => byte === 0xff)).toBe(true);
  });
});

describe('erasing', () => {
  it('leaves nothing, and a board that says so', async () => {
    const board = bareBoard({ rate: 'instant' });
    board.flash.write(0, inFlash);
    const { summary } = await runInVirtualTime(board.clock, eraseBoard({ ...board }));
    board.clock.runUntil(board.clock.now() + 10);
    expect(board.flash.read(0, board.flash.size).every((byte) => byte === 0xff)).toBe(true);
    expect(board.state()).toBe('no image');
    expect(summary).toMatch(/erased; flash a firmware/);
  });
});

describe('a backup', () => {
  it('is the whole flash, and can be put back', async () => {
    const board = bareBoard({ rate: 'instant', flash: new MemoryFlash(1024 * 1024) });
    board.flash.write(0, inFlash);
    board.flash.write(0xfc000, Uint8Array.of(1, 2, 3));
    const before = board.flash.read(0, board.flash.size);
    const { bytes } = await runInVirtualTime(board.clock, readBoard({ ...board }));
    expect(Buffer.from(bytes).equals(before)).toBe(true);
    board.flash.eraseAll();
    await runInVirtualTime(board.clock, restoreBoard({ ...board, backup: bytes }));
    board.clock.runUntil(board.clock.now() + 10);
    expect(Buffer.from(board.flash.read(0, board.flash.size)).equals(before)).toBe(true);
    expect(board.state()).toBe('firmware');
  });

  it('of another size is refused', async () => {
    const board = bareBoard({ rate: 'instant' });
    const work = runInVirtualTime(board.clock, restoreBoard({ ...board, backup: new Uint8Array(1024) }));
    await expect(work).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/has 1024 bytes/) as string,
    });
  });
});

/** Compared as a whole: a matcher takes seconds over so many bytes. */
const holds = ({ flash }: ReturnType<typeof bareBoard>, bytes: Uint8Array, address = 0): boolean =>
  Buffer.from(flash.read(address, bytes.length)).equals(bytes);

function pressButtons({ circuit }: ReturnType<typeof bareBoard>, holdsFlash: boolean): void {
  circuit.setFlashButton(holdsFlash);
  circuit.setResetButton(true);
  circuit.setResetButton(false);
}
