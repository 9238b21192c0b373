import { describe, expect, it } from 'vitest';
import { FileStore } from './file-store.ts';
import type { FlashChip } from './serial/flash-chip.ts';
import { MemoryFlash } from './serial/memory-flash.ts';

const text = (store: FileStore, name: string): string | undefined => {
  const content = store.read(name);
  return content && Buffer.from(content).toString();
};

describe('the file system in the flash chip', () => {
  it('is found again by the next boot', () => {
    const flash = new MemoryFlash();
    const store = new FileStore(flash);
    store.write('a.lua', Buffer.from('one'));
    store.write('a.lua', Buffer.from('two'));
    store.rename('a.lua', 'b.lua');
    const next = new FileStore(flash);
    expect(next.names()).toEqual(['b.lua']);
    expect(text(next, 'b.lua')).toBe('two');
  });

  it('falls back to the state before when a write was torn by a reset', () => {
    const flash = new MemoryFlash();
    const store = new FileStore(flash);
    store.write('f', Buffer.from('old'));
    let writes = 0;
    // Power fails after the content, before the header that makes it valid.
    const torn: FlashChip = {
      size: flash.size,
      jedecId: flash.jedecId,
      read: (address, length) => flash.read(address, length),
      write: (address, bytes) => {
        if (++writes === 1) flash.write(address, bytes);
      },
      eraseSector: (address) => flash.eraseSector(address),
      eraseAll: () => flash.eraseAll(),
    };
    const interrupted = new FileStore(torn);
    interrupted.write('f', Buffer.from('new'));
    expect(text(new FileStore(flash), 'f')).toBe('old');
  });

  it('refuses what does not fit and keeps what was there', () => {
    const store = new FileStore(new MemoryFlash(2 * 1024 * 1024));
    expect(store.write('small', Buffer.from('x'))).toBe(true);
    expect(store.write('small', new Uint8Array(store.total()))).toBe(false);
    expect(text(store, 'small')).toBe('x');
  });

  it('does not rename onto another file, as SPIFFS does not', () => {
    const store = new FileStore(new MemoryFlash());
    store.write('a', Buffer.from('1'));
    store.write('b', Buffer.from('2'));
    expect(store.rename('a', 'b')).toBe(false);
    expect(store.rename('missing', 'c')).toBe(false);
  });
});
