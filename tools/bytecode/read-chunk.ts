import { type ChunkLayout, type Constant, type Prototype, MalformedChunk, chunkHeader, constantTag } from './chunk.ts';
import { unpackLines } from './line-info.ts';

/** NodeMCU's and stock Lua's LUAI_MAXCCALLS: how deep functions may nest. */
const deepestNesting = 200;

/**
 * Reads a precompiled chunk. Source: app/lua/lundump.c of NodeMCU, lundump.c of Lua 5.1. Throws MalformedChunk for what
 * the device would refuse as a bad header, an unexpected end or a bad constant; it does not verify the code.
 */
export function readChunk(bytes: Uint8Array, layout: ChunkLayout): Prototype {
  const header = bytes.subarray(0, chunkHeader.length);
  if (header.length < chunkHeader.length) throw new MalformedChunk('unexpected end in precompiled chunk');
  if (header.some((byte, i) => byte !== chunkHeader[i])) {
    throw new MalformedChunk('bad header in precompiled chunk');
  }
  const reader = new ChunkReader(bytes, layout);
  const prototype = reader.prototype(undefined, 1);
  reader.expectEnd();
  return prototype;
}

class ChunkReader {
  private at = chunkHeader.length;
  private readonly buffer: Buffer;
  private readonly layout: ChunkLayout;

  constructor(bytes: Uint8Array, layout: ChunkLayout) {
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.layout = layout;
  }

  expectEnd(): void {
    if (this.at !== this.buffer.length) throw new MalformedChunk('bytes after the end of precompiled chunk');
  }

  prototype(enclosingSource: string | undefined, depth: number): Prototype {
    if (depth > deepestNesting) throw new MalformedChunk('code too deep in precompiled chunk');
    const source = this.string() ?? enclosingSource;
    const lineDefined = this.int();
    const lastLineDefined = this.int();
    const [upvalueCount, parameterCount, varargFlags, maxStackSize] = [
      this.byte(),
      this.byte(),
      this.byte(),
      this.byte(),
    ];
    const code = this.code();
    const constants = this.list(1, () => this.constant());
    const prototypes = this.list(1, () => this.prototype(source, depth + 1));
    const lines = this.lines(code.length);
    const locals = this.list(12, () => ({ name: this.string() ?? '', startPc: this.int(), endPc: this.int() }));
    const upvalueNames = this.list(4, () => this.string() ?? '');
    return {
      source,
      lineDefined,
      lastLineDefined,
      upvalueCount,
      parameterCount,
      varargFlags,
      maxStackSize,
      code,
      constants,
      prototypes,
      lines,
      locals,
      upvalueNames,
    };
  }

  private code(): Uint32Array {
    const count = this.count(4);
    this.align();
    const code = new Uint32Array(count);
    for (let pc = 0; pc < count; pc++) code[pc] = this.buffer.readUInt32LE(this.take(4));
    return code;
  }

  private lines(instructions: number): number[] {
    if (this.layout === 'stock') return this.list(4, () => this.int());
    const size = this.count(1);
    this.align();
    const start = this.take(size);
    return size === 0 ? [] : unpackLines(this.buffer.subarray(start, start + size), instructions);
  }

  private constant(): Constant {
    switch (this.byte()) {
      case constantTag.nil:
        return undefined;
      case constantTag.boolean:
        return this.byte() !== 0;
      case constantTag.number:
        return this.buffer.readDoubleLE(this.take(8));
      case constantTag.string:
        return this.string() ?? '';
      default:
        throw new MalformedChunk('bad constant in precompiled chunk');
    }
  }

  private list<T>(leastSize: number, read: () => T): T[] {
    return Array.from({ length: this.count(leastSize) }, read);
  }

  private string(): string | undefined {
    const size = this.count(1);
    if (size === 0) return undefined;
    const start = this.take(size);
    return this.buffer.toString('latin1', start, start + size - 1);
  }

  /** A number of items of at least `leastSize` bytes each, so that a forged count cannot ask for gigabytes. */
  private count(leastSize: number): number {
    const count = this.int();
    if (count < 0 || count * leastSize > this.buffer.length - this.at) {
      throw new MalformedChunk('unexpected end in precompiled chunk');
    }
    return count;
  }

  private int(): number {
    return this.buffer.readInt32LE(this.take(4));
  }

  private byte(): number {
    return this.buffer.readUInt8(this.take(1));
  }

  private align(): void {
    if (this.layout === 'device') this.take((4 - (this.at % 4)) % 4);
  }

  private take(size: number): number {
    const at = this.at;
    if (at + size > this.buffer.length) throw new MalformedChunk('unexpected end in precompiled chunk');
    this.at += size;
    return at;
  }
}
