import type { FlashChip } from './flash-chip.ts';

export const SECTOR_SIZE = 4096;

/** Manufacturer Winbond, SPI NOR; the capacity byte is the base-2 logarithm of the size. */
const WINBOND_SPI_NOR = 0x40ef;

/** JEDEC id of a Winbond chip of `size` bytes, as SPI command 0x9F shifts it out, first byte lowest. */
const winbondJedecId = (size: number): number => (Math.log2(size) << 16) | WINBOND_SPI_NOR;

/** Flash that lives as long as the process. Addresses wrap at the end of the chip, as its address counter does. */
export class MemoryFlash implements FlashChip {
  readonly size: number;
  readonly jedecId: number;
  readonly #cells: Uint8Array;

  constructor(size = 4 * 1024 * 1024, cells?: Uint8Array) {
    this.size = size;
    this.jedecId = winbondJedecId(size);
    this.#cells = cells ?? new Uint8Array(size).fill(0xff);
  }

  read(address: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const from = (address + done) % this.size;
      const part = this.#cells.subarray(from, Math.min(this.size, from + length - done));
      bytes.set(part, done);
      done += part.length;
    }
    return bytes;
  }

  write(address: number, bytes: Uint8Array): void {
    for (const [index, byte] of bytes.entries()) {
      const cell = (address + index) % this.size;
      this.#cells[cell] = (this.#cells[cell] ?? 0) & byte;
    }
  }

  eraseSector(address: number): void {
    const start = sectorStart(address, this.size);
    this.#cells.fill(0xff, start, start + SECTOR_SIZE);
  }

  eraseAll(): void {
    this.#cells.fill(0xff);
  }
}

/** First address of the sector that holds `address` on a chip of `size` bytes. */
export const sectorStart = (address: number, size: number): number => {
  const wrapped = address % size;
  return wrapped - (wrapped % SECTOR_SIZE);
};
