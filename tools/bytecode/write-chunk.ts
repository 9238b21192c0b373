import { type ChunkLayout, type Constant, type Prototype, chunkHeader, constantTag } from './chunk.ts';
import { packLines } from './line-info.ts';

/** The prototype as the bytes of a precompiled chunk. Source: app/lua/ldump.c of NodeMCU, ldump.c of Lua 5.1. */
export function writeChunk(prototype: Prototype, layout: ChunkLayout): Uint8Array {
  const writer = new ChunkWriter(layout);
  writer.bytes(chunkHeader);
  writer.prototype(prototype, undefined);
  return writer.finish();
}

class ChunkWriter {
  private buffer = Buffer.alloc(4096);
  private length = 0;
  private readonly layout: ChunkLayout;

  constructor(layout: ChunkLayout) {
    this.layout = layout;
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.buffer.subarray(0, this.length));
  }

  bytes(bytes: Uint8Array): void {
    const at = this.grow(bytes.length);
    this.buffer.set(bytes, at);
  }

  prototype(p: Prototype, enclosingSource: string | undefined): void {
    this.string(p.source === enclosingSource ? undefined : p.source);
    this.int(p.lineDefined);
    this.int(p.lastLineDefined);
    for (const byte of [p.upvalueCount, p.parameterCount, p.varargFlags, p.maxStackSize]) this.byte(byte);
    this.int(p.code.length);
    this.align();
    for (const instruction of p.code) {
      const at = this.grow(4);
      this.buffer.writeUInt32LE(instruction, at);
    }
    this.int(p.constants.length);
    for (const constant of p.constants) this.constant(constant);
    this.int(p.prototypes.length);
    for (const inner of p.prototypes) this.prototype(inner, p.source);
    this.debugInformation(p);
  }

  private debugInformation(p: Prototype): void {
    if (this.layout === 'device') {
      const packed = packLines(p.lines);
      this.int(packed.length);
      this.align();
      this.bytes(packed);
    } else {
      this.int(p.lines.length);
      for (const line of p.lines) this.int(line);
    }
    this.int(p.locals.length);
    for (const local of p.locals) {
      this.string(local.name);
      this.int(local.startPc);
      this.int(local.endPc);
    }
    this.int(p.upvalueNames.length);
    for (const name of p.upvalueNames) this.string(name);
  }

  private constant(constant: Constant): void {
    switch (typeof constant) {
      case 'boolean':
        this.byte(constantTag.boolean);
        this.byte(constant ? 1 : 0);
        break;
      case 'number':
        this.byte(constantTag.number);
        this.double(constant);
        break;
      case 'string':
        this.byte(constantTag.string);
        this.string(constant);
        break;
      default:
        this.byte(constantTag.nil);
    }
  }

  /** Size with the closing zero, bytes, zero; a missing string is size 0. */
  private string(text: string | undefined): void {
    if (text === undefined) {
      this.int(0);
      return;
    }
    this.int(text.length + 1);
    const at = this.grow(text.length);
    this.buffer.write(text, at, 'latin1');
    this.byte(0);
  }

  private int(value: number): void {
    const at = this.grow(4);
    this.buffer.writeInt32LE(value, at);
  }

  private byte(value: number): void {
    const at = this.grow(1);
    this.buffer.writeUInt8(value, at);
  }

  private double(value: number): void {
    const at = this.grow(8);
    this.buffer.writeDoubleLE(value, at);
  }

  private align(): void {
    if (this.layout === 'device') while (this.length % 4 !== 0) this.byte(0);
  }

  /** Makes room and gives its position. It may replace `buffer`, so call it first. */
  private grow(by: number): number {
    const at = this.length;
    this.length += by;
    if (this.length > this.buffer.length) {
      const larger = Buffer.alloc(Math.max(this.length, 2 * this.buffer.length));
      larger.set(this.buffer);
      this.buffer = larger;
    }
    return at;
  }
}
