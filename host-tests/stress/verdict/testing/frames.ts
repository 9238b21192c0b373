import type { Segment } from '../segment.ts';
import type { TcpFrame } from '../frame.ts';

/** Addresses of the lab: the laptop and the board. */
const CLIENT = 0xc0a86401;
export const DEVICE = 0xc0a86463;

/** A segment as the frame reader would deliver it. */
export function frameOf(segment: Segment, clientPort: number, devicePort = 80): TcpFrame {
  const fromClient = segment.from === 'client';
  return {
    source: fromClient ? CLIENT : DEVICE,
    sourcePort: fromClient ? clientPort : devicePort,
    destination: fromClient ? DEVICE : CLIENT,
    destinationPort: fromClient ? devicePort : clientPort,
    flags: segment.flags,
    seq: segment.seq,
    ack: segment.ack,
    win: segment.win,
    len: segment.len,
  };
}

/** The bytes of an Ethernet II frame with IPv4 and TCP headers; checksums are left zero. */
export function bytesOf(frame: TcpFrame): Buffer {
  const bytes = Buffer.alloc(54 + frame.len);
  bytes.writeUInt16BE(0x0800, 12);
  bytes[14] = 0x45;
  bytes.writeUInt16BE(40 + frame.len, 16);
  bytes[23] = 6;
  bytes.writeUInt32BE(frame.source, 26);
  bytes.writeUInt32BE(frame.destination, 30);
  bytes.writeUInt16BE(frame.sourcePort, 34);
  bytes.writeUInt16BE(frame.destinationPort, 36);
  bytes.writeUInt32BE(frame.seq, 38);
  bytes.writeUInt32BE(frame.ack, 42);
  bytes[46] = 0x50;
  bytes[47] = frame.flags;
  bytes.writeUInt16BE(frame.win, 48);
  return bytes;
}
