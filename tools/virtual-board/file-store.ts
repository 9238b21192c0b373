import type { FlashChip } from './serial/flash-chip.ts';

/** Where the file system starts on a 4 MiB chip, above the firmware (NodeMCU's default partition table). */
const REGION_START = 0x100000;
/** The SDK's parameters and RF calibration fill the end of the chip. */
const RESERVED_AT_END = 0x4000;
const SECTOR = 4096;
const MAGIC = 0x4c41_4653;
const HEADER = 16;
/** SPIFFS: bytes of a page that hold data, and objects' index pages; together about 10 % above the content. */
const PAGE_DATA = 251;
const PAGE_SIZE = 256;

/** FS_OBJ_NAME_LEN: longest file name. */
export const MAX_NAME = 31;

/**
 * The board's flat file system. Content is kept in the flash chip as two images written in turn, so that a reset in the
 * middle of a write leaves the older one; an erased chip mounts empty.
 */
export class FileStore {
  readonly #flash: FlashChip;
  readonly #half: number;
  readonly #files = new Map<string, Uint8Array>();
  #sequence = 0;

  constructor(flash: FlashChip) {
    this.#flash = flash;
    const region = Math.max(0, flash.size - RESERVED_AT_END - REGION_START);
    this.#half = Math.floor(region / 2 / SECTOR) * SECTOR;
    this.mount();
  }

  /** Reads the newest whole image from flash; nothing there: empty. */
  mount(): void {
    const images = [0, 1].map((half) => this.#readImage(half)).filter((image) => image !== undefined);
    images.sort((a, b) => b.sequence - a.sequence);
    this.#sequence = images[0]?.sequence ?? 0;
    this.#files.clear();
    if (images[0]) for (const [name, content] of decode(images[0].body)) this.#files.set(name, content);
  }

  names(): string[] {
    return [...this.#files.keys()];
  }

  read(name: string): Uint8Array | undefined {
    return this.#files.get(name);
  }

  /** False when the content does not fit any more; nothing is changed then. */
  write(name: string, content: Uint8Array): boolean {
    const before = this.#files.get(name);
    const grown = footprint(content.length) - (before ? footprint(before.length) : 0);
    if (grown > 0 && this.used() + grown > this.total()) return false;
    this.#files.set(name, content);
    this.#save();
    return true;
  }

  remove(name: string): boolean {
    const existed = this.#files.delete(name);
    if (existed) this.#save();
    return existed;
  }

  /** False when there is no such file, or one of the new name. */
  rename(name: string, newName: string): boolean {
    const content = this.#files.get(name);
    if (!content || this.#files.has(newName)) return false;
    this.#files.delete(name);
    this.#files.set(newName, content);
    this.#save();
    return true;
  }

  format(): void {
    this.#files.clear();
    this.#save();
  }

  /** Bytes for content and its overhead. */
  total(): number {
    return Math.max(0, Math.floor((this.#half - HEADER) * 0.95));
  }

  used(): number {
    let used = 0;
    for (const content of this.#files.values()) used += footprint(content.length);
    return used;
  }

  /** Start and size of the region in the flash chip, bytes. */
  region(): { start: number; size: number } {
    return { start: REGION_START, size: 2 * this.#half };
  }

  #readImage(half: number): { sequence: number; body: Uint8Array } | undefined {
    if (this.#half === 0) return undefined;
    const start = REGION_START + half * this.#half;
    const header = view(this.#flash.read(start, HEADER));
    const length = header.getUint32(8, true);
    if (header.getUint32(0, true) !== MAGIC || length > this.#half - HEADER) return undefined;
    const body = this.#flash.read(start + HEADER, length);
    if (checksum(body) !== header.getUint32(12, true)) return undefined;
    return { sequence: header.getUint32(4, true), body };
  }

  #save(): void {
    const body = encode(this.#files);
    this.#sequence++;
    const start = REGION_START + (this.#sequence % 2) * this.#half;
    for (let at = start; at < start + HEADER + body.length; at += SECTOR) this.#flash.eraseSector(at);
    this.#flash.write(start + HEADER, body);
    const header = new Uint8Array(HEADER);
    const fields = [MAGIC, this.#sequence, body.length, checksum(body)];
    fields.forEach((value, index) => view(header).setUint32(4 * index, value, true));
    this.#flash.write(start, header);
  }
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

const footprint = (size: number): number => (Math.ceil(size / PAGE_DATA) + 1) * PAGE_SIZE;

function encode(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [name, content] of files) {
    const head = new Uint8Array(5 + name.length);
    view(head).setUint8(0, name.length);
    view(head).setUint32(1, content.length, true);
    head.set(Buffer.from(name, 'latin1'), 5);
    parts.push(head, content);
  }
  return Buffer.concat(parts);
}

function* decode(body: Uint8Array): Generator<[string, Uint8Array]> {
  for (let at = 0; at < body.length;) {
    const nameLength = view(body).getUint8(at);
    const length = view(body).getUint32(at + 1, true);
    const name = Buffer.from(body.subarray(at + 5, at + 5 + nameLength)).toString('latin1');
    const start = at + 5 + nameLength;
    yield [name, body.slice(start, start + length)];
    at = start + length;
  }
}

/** Fletcher-like sum; guards against half-written images, not against malice. */
function checksum(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return ((b << 16) | a) >>> 0;
}
