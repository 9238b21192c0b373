import { ExitCode, UserError } from '../cli/exit.ts';

/** A file and where it goes in flash. */
export interface ImagePart {
  name: string;
  address: number;
  data: Uint8Array;
}

/** Which of Espressif's SDKs the firmware is built on; 3.x keeps a partition table at 0x10000. */
type SdkGeneration = 'before 3.0' | '3.x';

export interface ImageInfo {
  /** e.g. "3.0.1-dev(fce080e)"; undefined when the image does not say. */
  sdkVersion: string | undefined;
  sdkGeneration: SdkGeneration;
  segments: { address: number; size: number }[];
  /** Bytes from the start of flash to the end of the last part. */
  end: number;
  /** Made by `syntheticImage`: right in form, without a firmware in it. */
  isSynthetic: boolean;
}

export const IMAGE_MAGIC = 0xe9;
export const CHECKSUM_SEED = 0xef;
export const HEADER_SIZE = 8;
export const SEGMENT_HEADER_SIZE = 8;
/** Where code that runs from flash begins; the image that is loaded to RAM lies below. */
export const IROM_OFFSET = 0x10000;
/** The RAM image of 3.x ends here: the sectors up to 0x10000 hold calibration and system parameters (user_main.c). */
const RAM_IMAGE_LIMIT = 0xb000;
export const SYNTHETIC_MARK = 'LAST-ACK SYNTHETIC IMAGE, NO FIRMWARE INSIDE';
/** Second entry of the partition table of 3.x: RF calibration (type 4) in the sector at 0xB000. */
export const RF_CAL_ENTRY = [4, 0xb000, 0x1000] as const;

/** The chip maps the first MiB of flash for running code. */
const MAPPED_SIZE = 0x100000;
const MAX_SEGMENTS = 16;
const RAM_RANGES = [
  [0x3ffe8000, 0x40000000],
  [0x40100000, 0x40110000],
] as const;

const getImageCure =
  'build one at the NodeMCU cloud build, with its Docker image or with make, then give that .bin file';

/**
 * Checks an image before a byte is written: form, checksum, and that it is NodeMCU for an ESP8266.
 * @throws UserError (exit 2) that says what the file is instead, and what to do.
 */
export function inspectImage(parts: readonly ImagePart[]): ImageInfo {
  checkPlaces(parts);
  const first = parts.find(({ address }) => address === 0);
  if (!first) throw refusal('no part of the image starts at address 0', 'give 0x00000.bin too');
  checkMagic(first);
  const segments = readSegments(first);
  checkSegments(first, segments);
  checkChecksum(first, segments);
  const flash = assemble(parts);
  if (flash.length <= IROM_OFFSET || flash.subarray(IROM_OFFSET, IROM_OFFSET + 16).every((byte) => byte === 0xff))
    throw refusal(
      `${first.name} is only the first part of a firmware: nothing in it runs from flash at 0x10000`,
      'give both parts, 0x00000.bin and 0x10000.bin, or the combined image',
    );
  const sdkGeneration = hasPartitionTable(flash) ? '3.x' : 'before 3.0';
  checkFirstPart(first, segments, sdkGeneration);
  const text = Buffer.from(flash).toString('latin1');
  if (!text.includes('NodeMCU')) throw refusal(`${first.name} is an ESP8266 image, but not of NodeMCU`, getImageCure);
  return {
    sdkVersion: /\b[1-3]\.\d+\.\d+(?:\.\d+)?(?:-\w+)?\([0-9a-f]{6,10}\)/.exec(text)?.[0],
    sdkGeneration,
    segments: segments.map(({ address, size }) => ({ address, size })),
    end: flash.length,
    isSynthetic: text.includes(SYNTHETIC_MARK),
  };
}

/**
 * Checks an image against the flash chip that was found.
 * @throws UserError (exit 2)
 */
export function checkFits(info: ImageInfo, flashSize: number): void {
  if (info.end > flashSize)
    throw refusal(
      `the image needs ${kib(info.end)}, the board's flash has ${kib(flashSize)}`,
      'build the firmware with fewer modules, or take a board with more flash',
    );
  if (info.end > MAPPED_SIZE)
    throw refusal(
      `the image needs ${kib(info.end)}; the chip can run ${kib(MAPPED_SIZE)}`,
      'build it with fewer modules',
    );
  if (info.sdkGeneration === '3.x' && flashSize < MAPPED_SIZE)
    throw refusal(
      `firmware on SDK 3.x needs 1024 KiB of flash, the board has ${kib(flashSize)}`,
      'take a build of the 1.5.4.1 branch for this board',
    );
}

/** Size nibbles of the header, as the ROM and the SDK read them. */
const sizeNibbles = new Map([
  [0x80000, 0x00],
  [0x40000, 0x10],
  [0x100000, 0x20],
  [0x200000, 0x30],
  [0x400000, 0x40],
  [0x800000, 0x80],
  [0x1000000, 0x90],
]);

/** The parts with the flash size in the header set to the real one; the checksum does not cover the header. */
export function patchFlashSize(parts: readonly ImagePart[], flashSize: number): ImagePart[] {
  const nibble = sizeNibbles.get(flashSize);
  if (nibble === undefined)
    throw refusal(`a flash of ${kib(flashSize)} has no code in the header`, 'use another board');
  return parts.map((part) => {
    if (part.address !== 0) return part;
    const data = Uint8Array.from(part.data);
    data[3] = nibble | ((data[3] ?? 0) & 0x0f);
    return { ...part, data };
  });
}

/** The parts as one piece from address 0, gaps as erased flash. */
function assemble(parts: readonly ImagePart[]): Uint8Array {
  const end = Math.max(...parts.map(({ address, data }) => address + data.length));
  const flash = new Uint8Array(end).fill(0xff);
  for (const { address, data } of parts) flash.set(data, address);
  return flash;
}

interface Segment {
  address: number;
  size: number;
  start: number;
}

function checkPlaces(parts: readonly ImagePart[]): void {
  const sorted = [...parts].sort((a, b) => a.address - b.address);
  for (const [index, part] of sorted.entries()) {
    if (part.data.length === 0) throw refusal(`${part.name} is empty`, getImageCure);
    if (part.address % 4096 !== 0) throw refusal(`${part.name} does not start at a sector`, 'use 0x00000 and 0x10000');
    const next = sorted[index + 1];
    if (next && part.address + part.data.length > next.address)
      throw refusal(`${part.name} overlaps ${next.name}`, 'give each part its own address: 0x00000 and 0x10000');
  }
}

function checkMagic({ name, data }: ImagePart): void {
  if (data[0] === IMAGE_MAGIC && data.length > HEADER_SIZE) return;
  const start = Buffer.from(data.subarray(0, 64)).toString('latin1');
  const kinds: [boolean, string, string][] = [
    [start.startsWith('PK') || start.startsWith('\x1f\x8b'), 'an archive', 'unpack it and give the .bin file inside'],
    [start.startsWith('\x7fELF'), 'an ELF file, not an image', 'make an image of it, or take the .bin file beside it'],
    [/^\s*</.test(start), 'a web page', 'the download went wrong; get the .bin file again'],
    [data[0] === 0xea, 'an image for a boot loader (user1/user2)', getImageCure],
    [data.every((byte) => byte === 0xff), 'blank', getImageCure],
  ];
  const kind = kinds.find(([applies]) => applies);
  throw refusal(
    `${name} is ${kind?.[1] ?? 'not a NodeMCU image: it does not begin with 0xE9'}`,
    kind?.[2] ?? getImageCure,
  );
}

function readSegments({ name, data }: ImagePart): Segment[] {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const segments: Segment[] = [];
  const count = data[1] ?? 0;
  for (let at = HEADER_SIZE; segments.length < count;) {
    if (count > MAX_SEGMENTS || at + SEGMENT_HEADER_SIZE > data.length) throw truncated(name);
    const size = view.getUint32(at + 4, true);
    const start = at + SEGMENT_HEADER_SIZE;
    if (size > data.length - start) throw truncated(name);
    segments.push({ address: view.getUint32(at, true), size, start });
    at = start + size;
  }
  if (segments.length === 0) throw truncated(name);
  return segments;
}

function checkSegments({ name }: ImagePart, segments: readonly Segment[]): void {
  const stray = segments.find(
    ({ address, size }) => !RAM_RANGES.some(([from, to]) => address >= from && address + size <= to),
  );
  if (stray)
    throw refusal(
      `${name} is not for an ESP8266: a segment belongs at 0x${stray.address.toString(16)}`,
      'ESP32 images look alike; get the one for the ESP8266',
    );
}

function checkFirstPart({ name }: ImagePart, segments: readonly Segment[], generation: SdkGeneration): void {
  const end = checksumOffset(segments) + 1;
  const limit = generation === '3.x' ? RAM_IMAGE_LIMIT : IROM_OFFSET;
  if (end > limit)
    throw refusal(
      `the first part of ${name} ends at 0x${end.toString(16)}, behind the limit of 0x${limit.toString(16)}`,
      'it would overwrite system parameters: build the firmware with fewer modules',
    );
}

function checkChecksum({ name, data }: ImagePart, segments: readonly Segment[]): void {
  let checksum = CHECKSUM_SEED;
  for (const { start, size } of segments) for (const byte of data.subarray(start, start + size)) checksum ^= byte;
  if (data[checksumOffset(segments)] !== checksum)
    throw refusal(`${name} is damaged: its checksum is wrong`, 'download or build it again');
}

/** The checksum is the last byte of the 16-byte row in which the last segment ends. */
function checksumOffset(segments: readonly Segment[]): number {
  const last = segments.at(-1);
  return ((last?.start ?? 0) + (last?.size ?? 0)) | 15;
}

/** A boot record header may stand before the table, so the entry is looked for in the first rows. */
function hasPartitionTable(flash: Uint8Array): boolean {
  const view = new DataView(flash.buffer, flash.byteOffset, flash.length);
  for (let at = IROM_OFFSET; at < IROM_OFFSET + 64 && at + 12 <= flash.length; at += 4) {
    if (RF_CAL_ENTRY.every((value, index) => view.getUint32(at + 4 * index, true) === value)) return true;
  }
  return false;
}

const kib = (bytes: number): string => `${Math.ceil(bytes / 1024)} KiB`;

const truncated = (name: string): UserError =>
  refusal(`${name} is damaged or cut short: its segments do not fit into it`, 'download or build it again');

const refusal = (message: string, cure: string): UserError => new UserError(message, cure, ExitCode.usage);
