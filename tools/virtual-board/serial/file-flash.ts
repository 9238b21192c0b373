import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { ExitCode, UserError } from '../../cli/exit.ts';
import type { FlashChip } from './flash-chip.ts';
import { MemoryFlash, SECTOR_SIZE, sectorStart } from './memory-flash.ts';

const READ_WRITE_CREATE = constants.O_RDWR | constants.O_CREAT;

/** Flash whose content is a plain file, byte for byte what `flash --read` would give; it survives the process. */
export class FileFlash implements FlashChip {
  readonly size: number;
  readonly jedecId: number;
  readonly #cells: MemoryFlash;
  readonly #file: number;

  /** Opens `path`, or creates it erased with `size` bytes. */
  constructor(path: string, size = 4 * 1024 * 1024) {
    this.#file = openSync(path, READ_WRITE_CREATE, 0o644);
    this.#cells = new MemoryFlash(size, loadCells(this.#file, path, size));
    this.size = size;
    this.jedecId = this.#cells.jedecId;
  }

  read(address: number, length: number): Uint8Array {
    return this.#cells.read(address, length);
  }

  write(address: number, bytes: Uint8Array): void {
    this.#cells.write(address, bytes);
    this.#save(address, bytes.length);
  }

  eraseSector(address: number): void {
    this.#cells.eraseSector(address);
    this.#save(sectorStart(address, this.size), SECTOR_SIZE);
  }

  eraseAll(): void {
    this.#cells.eraseAll();
    this.#save(0, this.size);
  }

  close(): void {
    closeSync(this.#file);
  }

  #save(address: number, length: number): void {
    for (let done = 0; done < length;) {
      const from = (address + done) % this.size;
      const count = Math.min(length - done, this.size - from);
      writeSync(this.#file, this.#cells.read(from, count), 0, count, from);
      done += count;
    }
  }
}

function loadCells(file: number, path: string, size: number): Uint8Array {
  const cells = new Uint8Array(size).fill(0xff);
  const stored = fstatSync(file).size;
  if (stored === 0) {
    writeSync(file, cells, 0, size, 0);
    return cells;
  }
  if (stored !== size) {
    closeSync(file);
    throw new UserError(
      `${path} holds ${stored} bytes, not the ${size} bytes of the flash chip`,
      'name another file, delete this one, or choose the flash size that fits it',
      ExitCode.usage,
    );
  }
  for (let done = 0; done < size;) done += readSync(file, cells, done, size - done, done);
  return cells;
}
