import type { OnFrame } from './frame-source.ts';

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const MAGIC_MICROSECONDS = 0xa1b2c3d4;
const MAGIC_NANOSECONDS = 0xa1b23c4d;

/** Reads a pcap file as it is being written (libpcap savefile format), little or big endian. */
export class PcapStream {
  readonly #onFrame: OnFrame;
  #rest: Buffer = Buffer.alloc(0);
  #bigEndian = false;
  #perMillisecond = 0;

  constructor(onFrame: OnFrame) {
    this.#onFrame = onFrame;
  }

  /** Takes the next bytes of the file. Throws when it is not a pcap file. */
  take(chunk: Buffer): void {
    let data = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    if (this.#perMillisecond === 0) {
      if (data.length < FILE_HEADER) {
        this.#rest = data;
        return;
      }
      this.#readFileHeader(data);
      data = data.subarray(FILE_HEADER);
    }
    this.#rest = this.#readRecords(data);
  }

  #readFileHeader(data: Buffer): void {
    this.#bigEndian = [MAGIC_MICROSECONDS, MAGIC_NANOSECONDS].includes(data.readUInt32BE(0));
    const magic = this.#u32(data, 0);
    if (magic === MAGIC_MICROSECONDS) this.#perMillisecond = 1e3;
    else if (magic === MAGIC_NANOSECONDS) this.#perMillisecond = 1e6;
    else throw new Error('not a pcap file');
  }

  #readRecords(data: Buffer): Buffer {
    let at = 0;
    while (data.length - at >= RECORD_HEADER) {
      const length = this.#u32(data, at + 8);
      const end = at + RECORD_HEADER + length;
      if (data.length < end) break;
      const t = this.#u32(data, at) * 1000 + this.#u32(data, at + 4) / this.#perMillisecond;
      this.#onFrame(data.subarray(at + RECORD_HEADER, end), t);
      at = end;
    }
    return data.subarray(at);
  }

  #u32(data: Buffer, at: number): number {
    return this.#bigEndian ? data.readUInt32BE(at) : data.readUInt32LE(at);
  }
}
