import { describe, expect, it } from 'vitest';
import { flashParts } from './flash.ts';
import { syntheticImage } from './synthetic-image.ts';
import { bareBoard, runInVirtualTime } from './testing.ts';

const image = syntheticImage({ size: 160 * 1024 });
const parts = [{ name: 'image.bin', address: 0, data: image }];

describe('flashing', () => {
  it('writes the image, sets the real flash size in its header, verifies it and starts it', async () => {
    const board = bareBoard();
    const result = await runInVirtualTime(board.clock, flashParts({ ...board, parts }));
    board.clock.runUntil(board.clock.now() + 10);
    expect(board.state()).toBe('firmware');
    const written = board.flash.read(0, image.length);
    expect(written[3]).toBe(0x40);
    expect(written.subarray(4)).toEqual(image.subarray(4));
    expect(result).toMatchObject({ chip: 'ESP8266EX', crystalMHz: 26, flashSize: 4 * 1024 * 1024, baudRate: 921600 });
    expect(result.mac).toMatch(/^5c:cf:7f:/);
    expect(result.bytes).toBe(image.length);
    expect(board.port.baudRate).toBe(115200);
  });
});
