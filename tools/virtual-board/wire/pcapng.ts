/** Which way a packet went, seen from the interface that captured it. */
type Direction = 'in' | 'out';

export interface CapturedPacket {
  /** Number that `interfaceBlock` was the how-manieth to declare, from 0. */
  interfaceId: number;
  /** Milliseconds since the Unix epoch, fractional. */
  timeMs: number;
  frame: Uint8Array;
  /** Length on the wire, when `frame` is only the beginning. */
  wireLength?: number;
  direction?: Direction;
  comment?: string;
}

// draft-ietf-opsawg-pcapng: block types and option codes
const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
const LINKTYPE_ETHERNET = 1;
const OPT_COMMENT = 1;
const SHB_USERAPPL = 4;
const IF_NAME = 2;
const IF_DESCRIPTION = 3;
const IF_TSRESOL = 9;
const EPB_FLAGS = 2;
const NANOSECONDS = 9;

/** The block that begins a pcapng file; byte order is little-endian throughout. */
export function sectionHeader(comment?: string): Buffer {
  const fixed = Buffer.alloc(16);
  fixed.writeUInt32LE(0x1a2b3c4d, 0);
  fixed.writeUInt16LE(1, 4);
  fixed.writeBigInt64LE(-1n, 8);
  return block(SECTION_HEADER, fixed, [text(OPT_COMMENT, comment), text(SHB_USERAPPL, 'last-ack')]);
}

/** Declares an Ethernet interface with nanosecond time stamps. */
export function interfaceBlock(name: string, description: string): Buffer {
  const fixed = Buffer.alloc(8);
  fixed.writeUInt16LE(LINKTYPE_ETHERNET, 0);
  return block(INTERFACE_DESCRIPTION, fixed, [
    text(IF_NAME, name),
    text(IF_DESCRIPTION, description),
    option(IF_TSRESOL, Buffer.from([NANOSECONDS])),
  ]);
}

export function packetBlock(packet: CapturedPacket): Buffer {
  const { interfaceId, timeMs, frame, wireLength = frame.length, direction, comment } = packet;
  const fixed = Buffer.alloc(20 + pad(frame.length));
  const nanoseconds = BigInt(Math.round(timeMs * 1000)) * 1000n;
  fixed.writeUInt32LE(interfaceId, 0);
  fixed.writeUInt32LE(Number(nanoseconds >> 32n), 4);
  fixed.writeUInt32LE(Number(nanoseconds & 0xffffffffn), 8);
  fixed.writeUInt32LE(frame.length, 12);
  fixed.writeUInt32LE(wireLength, 16);
  fixed.set(frame, 20);
  const flags = direction === undefined ? [] : [option(EPB_FLAGS, Buffer.from([direction === 'in' ? 1 : 2, 0, 0, 0]))];
  return block(ENHANCED_PACKET, fixed, [text(OPT_COMMENT, comment), ...flags]);
}

function block(type: number, fixed: Buffer, options: readonly Buffer[]): Buffer {
  const body = Buffer.concat([fixed, ...options, option(0, Buffer.alloc(0))]);
  const whole = Buffer.alloc(body.length + 12);
  whole.writeUInt32LE(type, 0);
  whole.writeUInt32LE(whole.length, 4);
  body.copy(whole, 8);
  whole.writeUInt32LE(whole.length, whole.length - 4);
  return whole;
}

function text(code: number, value: string | undefined): Buffer {
  return value === undefined || value === '' ? Buffer.alloc(0) : option(code, Buffer.from(value, 'utf8'));
}

function option(code: number, value: Uint8Array): Buffer {
  const whole = Buffer.alloc(4 + pad(value.length));
  whole.writeUInt16LE(code, 0);
  whole.writeUInt16LE(value.length, 2);
  whole.set(value, 4);
  return whole;
}

const pad = (length: number): number => (length + 3) & ~3;
