import type { FileStore } from '../file-store.ts';
import type { DeviceHeap } from '../heap.ts';

/** Files that may be open at a time (SPIFFS_MAX_OPEN_FILES). */
const MAX_OPEN = 4;
/** SPIFFS keeps up to a page of written bytes in RAM until a flush. */
const WRITE_CACHE = 256;
/** Bytes of the firmware's descriptor of an open file (app/spiffs/spiffs.c, struct vfs_file). */
const DESCRIPTOR = 12;

type Whence = 'set' | 'cur' | 'end';

/** The open files of one boot. */
export class OpenFiles {
  readonly #store: FileStore;
  readonly #heap: DeviceHeap;
  /** With the heap that each one holds. */
  readonly #open = new Map<OpenFile, number>();

  constructor(store: FileStore, heap: DeviceHeap) {
    this.#store = store;
    this.#heap = heap;
  }

  /** Modes of fopen; undefined when the file is missing, the name is empty or too many files are open. */
  open(name: string, mode: string): OpenFile | undefined {
    if (this.#open.size >= MAX_OPEN || name === '') return undefined;
    const kind = mode[0];
    const content = this.#store.read(name);
    if (kind === 'r' && !content) return undefined;
    const truncates = kind === 'w' || !content;
    if (truncates && !this.#store.write(name, new Uint8Array())) return undefined;
    const file = new OpenFile(this.#store, name, {
      readable: kind === 'r' || mode.includes('+'),
      writable: kind !== 'r' || mode.includes('+'),
      appends: kind === 'a',
    });
    const charged = this.#heap.reserve(DESCRIPTOR);
    if (charged === 0) return undefined;
    this.#open.set(file, charged);
    return file;
  }

  close(file: OpenFile): void {
    file.flush();
    this.#heap.release(this.#open.get(file) ?? 0);
    this.#open.delete(file);
  }
}

interface Access {
  readable: boolean;
  writable: boolean;
  appends: boolean;
}

/** One open file: a position, and written bytes that the file system does not have yet. */
export class OpenFile {
  readonly #store: FileStore;
  readonly #name: string;
  readonly #access: Access;
  #position = 0;
  #pending: { start: number; bytes: Uint8Array[]; size: number } | undefined;

  constructor(store: FileStore, name: string, access: Access) {
    this.#store = store;
    this.#name = name;
    this.#access = access;
  }

  get #content(): Uint8Array {
    return this.#store.read(this.#name) ?? new Uint8Array();
  }

  /** Up to `length` bytes, ending with the byte `end` if it comes; undefined at the end of the file. */
  read(length: number, end: number): Uint8Array | undefined {
    this.flush();
    if (!this.#access.readable) return undefined;
    const rest = this.#content.subarray(this.#position, this.#position + length);
    if (rest.length === 0) return undefined;
    const found = end < 0 ? -1 : rest.indexOf(end);
    const bytes = found < 0 ? rest : rest.subarray(0, found + 1);
    this.#position += bytes.length;
    return bytes;
  }

  /** False when the file is not writable or the file system full. */
  write(bytes: Uint8Array): boolean {
    if (!this.#access.writable) return false;
    if (this.#access.appends) this.#position = this.#size();
    this.#pending ??= { start: this.#position, bytes: [], size: 0 };
    this.#pending.bytes.push(bytes);
    this.#pending.size += bytes.length;
    this.#position += bytes.length;
    return this.#pending.size < WRITE_CACHE || this.flush();
  }

  #size(): number {
    const pendingEnd = this.#pending ? this.#pending.start + this.#pending.size : 0;
    return Math.max(this.#content.length, pendingEnd);
  }

  /** The new position; undefined when it would lie before the start. */
  seek(whence: Whence, offset: number): number | undefined {
    this.flush();
    const base = whence === 'set' ? 0 : whence === 'cur' ? this.#position : this.#content.length;
    if (base + offset < 0) return undefined;
    this.#position = base + offset;
    return this.#position;
  }

  /** Hands pending bytes to the file system; false when it is full. */
  flush(): boolean {
    const pending = this.#pending;
    if (!pending) return true;
    this.#pending = undefined;
    const before = this.#content;
    const content = new Uint8Array(Math.max(before.length, pending.start + pending.size));
    content.set(before);
    content.set(Buffer.concat(pending.bytes), pending.start);
    return this.#store.write(this.#name, content);
  }
}
