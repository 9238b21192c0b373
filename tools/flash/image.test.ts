import { describe, expect, it } from 'vitest';
import { UserError } from '../cli/exit.ts';
import { xorChecksum } from '../virtual-board/serial/loader-protocol.ts';
import { MemoryFlash } from '../virtual-board/serial/memory-flash.ts';
import { isBootable } from '../virtual-board/serial/boot-image.ts';
import { checkFits, inspectImage, IROM_OFFSET, patchFlashSize, type ImagePart } from './image.ts';
import { syntheticImage } from './synthetic-image.ts';

const good = syntheticImage({ size: 128 * 1024 });
const part = (data: Uint8Array, address = 0, name = 'firmware.bin'): ImagePart => ({ name, address, data });
const changed = (change: (image: Uint8Array) => void): Uint8Array => {
  const image = Uint8Array.from(good);
  change(image);
  return image;
};

describe('an image', () => {
  it('is known by its SDK, its segments and its end', () => {
    expect(inspectImage([part(good)])).toMatchObject({
      sdkVersion: '3.0.1-dev(fce080e)',
      sdkGeneration: '3.x',
      end: good.length,
      isSynthetic: true,
    });
  });

  it('may come in two files', () => {
    const info = inspectImage([part(good.slice(0, 0x9000)), part(good.slice(IROM_OFFSET), IROM_OFFSET)]);
    expect(info.end).toBe(good.length);
  });

  it('is of the older SDK when there is no partition table in front of its code', () => {
    const image = changed((bytes) => bytes.fill(0x11, IROM_OFFSET, IROM_OFFSET + 96));
    expect(inspectImage([part(image)]).sdkGeneration).toBe('before 3.0');
  });

  it('of the older SDK may have a first part up to its code', () => {
    const image = longFirstPart().fill(0x11, IROM_OFFSET, IROM_OFFSET + 96);
    expect(inspectImage([part(image)]).segments).toEqual([{ address: 0x40100000, size: 0xb000 }]);
  });

  it('gets the real flash size into its header without harm to its checksum', () => {
    const [patched] = patchFlashSize([part(good)], 16 * 1024 * 1024);
    expect(patched?.data[3]).toBe(0x90);
    expect(() => inspectImage([patched ?? part(good)])).not.toThrow();
  });

  const refused: [string, RegExp, ImagePart[]][] = [
    ['an empty file', /is empty/, [part(new Uint8Array())]],
    ['a text file', /does not begin with 0xE9/, [part(Buffer.from('print("hello")'))]],
    ['a web page', /is a web page/, [part(Buffer.from('<!doctype html><title>404</title>'))]],
    ['a zip file', /is an archive/, [part(Buffer.from('PK\x03\x04 and so on'))]],
    ['an ELF file', /is an ELF file/, [part(Buffer.from('\x7fELF and so on'))]],
    ['an image for a boot loader', /for a boot loader/, [part(Uint8Array.of(0xea, 4, 0, 0, 0, 0, 0, 0, 0))]],
    ['a bare first part', /only the first part/, [part(good.slice(0, IROM_OFFSET))]],
    ['a bare second part', /does not begin with 0xE9/, [part(good.slice(IROM_OFFSET))]],
    ['a second part alone at its address', /starts at address 0/, [part(good.slice(IROM_OFFSET), IROM_OFFSET)]],
    ['an image cut short', /damaged or cut short/, [part(good.slice(0, 0x3000))]],
    ['too many segments', /damaged or cut short/, [part(changed((image) => image.set([200], 1)))]],
    ['no segments', /damaged or cut short/, [part(changed((image) => image.set([0], 1)))]],
    ['a flipped bit in a segment', /its checksum is wrong/, [part(changed((image) => image.set([1], 5000)))]],
    ['an ESP32 image', /not for an ESP8266/, [part(changed((image) => image.set([0x20, 0x00, 0x40, 0x3f], 8)))]],
    ['parts that overlap', /overlaps/, [part(good), part(good.slice(IROM_OFFSET), IROM_OFFSET)]],
    ['a part beside a sector', /does not start at a sector/, [part(good), part(good, 0x40001)]],
    [
      'another firmware for the same chip',
      /not of NodeMCU/,
      [part(changed((image) => image.fill(0x20, IROM_OFFSET + 300, IROM_OFFSET + 500)))],
    ],
    ['a first part that is too long', /behind the limit/, [part(longFirstPart())]],
  ];
  it.each(refused)('is not %s', (_what, message, parts) => {
    expect(() => inspectImage(parts)).toThrow(message);
    expect(errorOf(() => inspectImage(parts))).toMatchObject({ exitCode: 2 });
  });

  it('must fit the flash that was found', () => {
    const info = inspectImage([part(good)]);
    expect(() => checkFits(info, 4 * 1024 * 1024)).not.toThrow();
    expect(() => checkFits(info, 64 * 1024)).toThrow(/needs 128 KiB, the board's flash has 64 KiB/);
    expect(() => checkFits(info, 512 * 1024)).toThrow(/SDK 3.x needs 1024 KiB/);
    expect(() => checkFits({ ...info, end: 0x100001 }, 4 * 1024 * 1024)).toThrow(/can run 1024 KiB/);
  });
});

describe('the synthetic image', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(Buffer.from(good).equals(syntheticImage({ size: 128 * 1024 }))).toBe(true);
    expect(Buffer.from(good).equals(syntheticImage({ size: 128 * 1024, seed: 2 }))).toBe(false);
  });

  it('is started by the boot ROM, whole only', () => {
    const flash = new MemoryFlash();
    expect(isBootable(flash)).toBe(false);
    flash.write(0, good.subarray(0, IROM_OFFSET));
    expect(isBootable(flash)).toBe(false);
    flash.write(IROM_OFFSET, good.subarray(IROM_OFFSET));
    expect(isBootable(flash)).toBe(true);
    flash.eraseSector(0);
    expect(isBootable(flash)).toBe(false);
  });
});

/** One segment of 0xb000 bytes, its checksum right. */
function longFirstPart(): Uint8Array {
  return changed((image) => {
    image.set([1], 1);
    new DataView(image.buffer).setUint32(12, 0xb000, true);
    image.set([xorChecksum(image.subarray(16, 16 + 0xb000))], (16 + 0xb000) | 15);
  });
}

function errorOf(action: () => void): UserError | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof UserError) return error;
  }
  return undefined;
}
