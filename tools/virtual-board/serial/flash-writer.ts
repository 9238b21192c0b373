import { Inflate } from 'pako';
import { StubError } from './loader-protocol.ts';
import type { FlashChip } from './flash-chip.ts';
import { SECTOR_SIZE } from './memory-flash.ts';

/** Writes what a flasher sends from an address on; erases each sector just before its first byte. */
export class FlashWriter {
  readonly #flash: FlashChip;
  readonly #inflate: Inflate | undefined;
  #address: number;
  #left: number;
  #erasedUntil: number;
  #overflow: StubError = StubError.none;

  /** `size` is what will be written, after decompression. */
  constructor(flash: FlashChip, address: number, size: number, isCompressed: boolean) {
    this.#flash = flash;
    this.#address = address;
    this.#left = size;
    this.#erasedUntil = address - (address % SECTOR_SIZE);
    if (isCompressed) this.#inflate = this.#startInflate();
  }

  get isComplete(): boolean {
    return this.#left === 0;
  }

  push(block: Uint8Array): StubError {
    if (!this.#inflate) return this.#write(block);
    if (this.isComplete) return StubError.tooMuchData;
    this.#inflate.push(block, false);
    const inflateStatus: number = this.#inflate.err;
    return inflateStatus === 0 ? this.#overflow : StubError.inflateError;
  }

  #startInflate(): Inflate {
    const inflate = new Inflate({ chunkSize: SECTOR_SIZE });
    inflate.onData = (chunk) => {
      this.#overflow ||= this.#write(chunk as Uint8Array);
    };
    return inflate;
  }

  #write(bytes: Uint8Array): StubError {
    if (bytes.length > this.#left) return StubError.tooMuchData;
    for (; this.#erasedUntil < this.#address + bytes.length; this.#erasedUntil += SECTOR_SIZE) {
      this.#flash.eraseSector(this.#erasedUntil);
    }
    this.#flash.write(this.#address, bytes);
    this.#address += bytes.length;
    this.#left -= bytes.length;
    return StubError.none;
  }
}
