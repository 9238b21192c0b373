/** A packet of a capture file. */
interface ReadPacket {
  /** Index into `ReadCapture.interfaces`. */
  interfaceId: number;
  /** Milliseconds since the Unix epoch, fractional. */
  timeMs: number;
  frame: Uint8Array;
  /** Which way it went at the interface, where the file says so. */
  direction?: 'in' | 'out';
  comment?: string;
}

interface ReadInterface {
  name: string;
  /** As in the registry of link types; 1 is Ethernet. */
  linkType: number;
}

export interface ReadCapture {
  interfaces: ReadInterface[];
  packets: ReadPacket[];
}

export const LINKTYPE_ETHERNET = 1;

/**
 * Reads a capture in either format of tcpdump and Wireshark, pcapng or pcap, of either byte order. A last block that
 * was cut off, as in a capture still being written, is left out.
 * @throws Error when it is neither.
 */
export function readCapture(bytes: Uint8Array): ReadCapture {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = bytes.length >= 24 ? view.getUint32(0) : 0;
  if (magic === 0x0a0d0d0a) return new PcapngReader(view).read();
  const pcap = pcapVariants.get(magic);
  if (pcap) return readPcap(view, pcap.littleEndian, pcap.unitsPerMs);
  throw new Error('neither pcapng nor pcap');
}

/** The first four bytes tell byte order and resolution. */
const pcapVariants = new Map([
  [0xa1b2c3d4, { littleEndian: false, unitsPerMs: 1000 }],
  [0xd4c3b2a1, { littleEndian: true, unitsPerMs: 1000 }],
  [0xa1b23c4d, { littleEndian: false, unitsPerMs: 1_000_000 }],
  [0x4d3cb2a1, { littleEndian: true, unitsPerMs: 1_000_000 }],
]);

function readPcap(view: DataView, littleEndian: boolean, unitsPerMs: number): ReadCapture {
  const packets: ReadPacket[] = [];
  const linkType = view.getUint32(20, littleEndian) & 0xffff;
  for (let at = 24; at + 16 <= view.byteLength;) {
    const length = view.getUint32(at + 8, littleEndian);
    if (at + 16 + length > view.byteLength) break;
    const timeMs = view.getUint32(at, littleEndian) * 1000 + view.getUint32(at + 4, littleEndian) / unitsPerMs;
    packets.push({ interfaceId: 0, timeMs, frame: slice(view, at + 16, length) });
    at += 16 + length;
  }
  return { interfaces: [{ name: '', linkType }], packets };
}

// draft-ietf-opsawg-pcapng
const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
const OPT_COMMENT = 1;
const IF_NAME = 2;
const IF_TSRESOL = 9;
const EPB_FLAGS = 2;
const MICROSECONDS = 6;

class PcapngReader {
  readonly #view: DataView;
  readonly #capture: ReadCapture = { interfaces: [], packets: [] };
  /** Time units per millisecond of each interface. */
  readonly #resolutions: number[] = [];
  /** Number of the first interface of the current section. */
  #firstInterface = 0;
  #littleEndian = true;

  constructor(view: DataView) {
    this.#view = view;
  }

  read(): ReadCapture {
    const view = this.#view;
    for (let at = 0; at + 12 <= view.byteLength;) {
      if (view.getUint32(at) === SECTION_HEADER) this.#beginSection(at);
      const length = this.#u32(at + 4);
      if (length < 12 || at + length > view.byteLength) break;
      const type = this.#u32(at);
      if (type === INTERFACE_DESCRIPTION) this.#readInterface(at, at + length - 4);
      if (type === ENHANCED_PACKET) this.#readPacket(at, at + length - 4);
      at += length;
    }
    return this.#capture;
  }

  #beginSection(at: number): void {
    this.#littleEndian = this.#view.getUint32(at + 8) === 0x4d3c2b1a;
    this.#firstInterface = this.#capture.interfaces.length;
  }

  #readInterface(at: number, end: number): void {
    const options = this.#options(at + 16, end);
    const resolution = options.get(IF_TSRESOL)?.[0] ?? MICROSECONDS;
    // The highest bit chooses powers of two instead of ten.
    const unitsPerSecond = resolution & 0x80 ? 2 ** (resolution & 0x7f) : 10 ** resolution;
    this.#resolutions.push(unitsPerSecond / 1000);
    this.#capture.interfaces.push({ name: asText(options.get(IF_NAME)), linkType: this.#u16(at + 8) });
  }

  #readPacket(at: number, end: number): void {
    const interfaceId = this.#firstInterface + this.#u32(at + 8);
    const length = this.#u32(at + 20);
    const options = this.#options(at + 28 + ((length + 3) & ~3), end);
    const time = this.#u32(at + 12) * 2 ** 32 + this.#u32(at + 16);
    const flags = options.get(EPB_FLAGS);
    const way = flags ? ((this.#littleEndian ? flags[0] : flags[3]) ?? 0) & 3 : 0;
    const comment = asText(options.get(OPT_COMMENT));
    this.#capture.packets.push({
      interfaceId,
      timeMs: time / (this.#resolutions[interfaceId] ?? 1000),
      frame: slice(this.#view, at + 28, length),
      ...(way === 1 && { direction: 'in' }),
      ...(way === 2 && { direction: 'out' }),
      ...(comment !== '' && { comment }),
    });
  }

  /** The first option of each code between `at` and `end`. */
  #options(at: number, end: number): Map<number, Uint8Array> {
    const options = new Map<number, Uint8Array>();
    for (let position = at; position + 4 <= end;) {
      const code = this.#u16(position);
      const length = this.#u16(position + 2);
      if (code === 0) break;
      if (!options.has(code)) options.set(code, slice(this.#view, position + 4, length));
      position += 4 + ((length + 3) & ~3);
    }
    return options;
  }

  #u16(at: number): number {
    return this.#view.getUint16(at, this.#littleEndian);
  }

  #u32(at: number): number {
    return this.#view.getUint32(at, this.#littleEndian);
  }
}

const slice = (view: DataView, at: number, length: number): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset + at, Math.min(length, view.byteLength - at));

const asText = (bytes: Uint8Array | undefined): string => (bytes ? Buffer.from(bytes).toString('utf8') : '');
