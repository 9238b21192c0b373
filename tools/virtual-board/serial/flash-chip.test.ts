import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileFlash } from './file-flash.ts';
import { MemoryFlash } from './memory-flash.ts';

describe('the flash chip', () => {
  it('can only clear bits when it writes, and sets a whole sector when it erases', () => {
    const flash = new MemoryFlash(16384);
    flash.write(4100, Uint8Array.of(0xf0));
    flash.write(4100, Uint8Array.of(0x3c));
    expect(flash.read(4100, 1)).toEqual(Uint8Array.of(0x30));
    flash.write(8192, Uint8Array.of(0x00));
    flash.eraseSector(5000);
    expect(flash.read(4100, 1)).toEqual(Uint8Array.of(0xff));
    expect(flash.read(8192, 1)).toEqual(Uint8Array.of(0x00));
    flash.eraseAll();
    expect(flash.read(8192, 1)).toEqual(Uint8Array.of(0xff));
  });

  it('says its size in the JEDEC id', () => {
    expect(new MemoryFlash(4 * 1024 * 1024).jedecId).toBe(0x1640ef);
    expect(new MemoryFlash(1024 * 1024).jedecId).toBe(0x1440ef);
  });

  it('wraps at its end', () => {
    const flash = new MemoryFlash(8192);
    flash.write(8191, Uint8Array.of(1, 2));
    expect(flash.read(0, 1)).toEqual(Uint8Array.of(2));
    expect(flash.read(8191, 2)).toEqual(Uint8Array.of(1, 2));
  });
});

describe('the flash chip in a file', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'last-ack-flash-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('keeps its content from one opening to the next', () => {
    const path = join(folder, 'flash.bin');
    const first = new FileFlash(path, 16384);
    first.write(4096, Uint8Array.of(1, 2, 3));
    first.write(9000, Uint8Array.of(9));
    first.eraseSector(9000);
    first.close();
    const second = new FileFlash(path, 16384);
    expect(second.read(4096, 4)).toEqual(Uint8Array.of(1, 2, 3, 0xff));
    expect(second.read(9000, 1)).toEqual(Uint8Array.of(0xff));
    second.close();
    expect(readFileSync(path)).toHaveLength(16384);
  });

  it('refuses a file of another size and says what to do', () => {
    const path = join(folder, 'flash.bin');
    writeFileSync(path, 'not a flash chip');
    expect(() => new FileFlash(path, 16384)).toThrow(/holds 16 bytes/);
  });
});
