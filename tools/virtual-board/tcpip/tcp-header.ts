import type { Ipv4Address } from './address.ts';
import { foldSum, sumPseudoHeader, sumWords } from './checksum.ts';
import { PAYLOAD, PROTOCOL_TCP, sendPacket, startPacket, type Ipv4Packet } from './ipv4.ts';
import type { NetworkInterface } from './interface.ts';
import { read16, read32, write16, write32 } from './octets.ts';
import type { Sequence } from './sequence.ts';
import type { Incoming } from './tcp.ts';

export const TCP_HEADER = 20;
const MSS_OPTION = 2;

/** Everything a segment on the wire says. */
export interface OutgoingSegment {
  readonly source: Ipv4Address;
  readonly destination: Ipv4Address;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: Sequence;
  readonly acknowledgment: Sequence;
  readonly flags: number;
  readonly window: number;
  readonly mss: number | undefined;
  readonly data: Uint8Array | undefined;
  readonly ttl: number;
}

export function sendSegment(netif: NetworkInterface, segment: OutgoingSegment): void {
  const header = segment.mss === undefined ? TCP_HEADER : TCP_HEADER + 4;
  const { data } = segment;
  const length = header + (data ? data.length : 0);
  const frame = startPacket(netif, segment.source, segment.destination, PROTOCOL_TCP, length, segment.ttl);
  const at = PAYLOAD;
  write16(frame, at, segment.sourcePort);
  write16(frame, at + 2, segment.destinationPort);
  write32(frame, at + 4, segment.sequence);
  write32(frame, at + 8, segment.acknowledgment);
  frame[at + 12] = (header / 4) << 4;
  frame[at + 13] = segment.flags;
  write16(frame, at + 14, segment.window);
  if (segment.mss !== undefined) {
    frame[at + 20] = MSS_OPTION;
    frame[at + 21] = 4;
    write16(frame, at + 22, segment.mss);
  }
  if (data) frame.set(data, at + header);
  const pseudo = sumPseudoHeader(segment.source, segment.destination, PROTOCOL_TCP, length);
  write16(frame, at + 16, foldSum(sumWords(frame, at, frame.length, pseudo)));
  sendPacket(netif, frame, segment.destination);
}

const NO_DATA = new Uint8Array(0);

/** Undefined for a short header or a wrong checksum. The data stays in the frame, uncopied. */
export function parseSegment(packet: Ipv4Packet): Incoming | undefined {
  const { frame, start, end } = packet;
  if (end - start < TCP_HEADER) return undefined;
  const header = ((frame[start + 12] ?? 0) >>> 4) * 4;
  if (header < TCP_HEADER || start + header > end) return undefined;
  const pseudo = sumPseudoHeader(packet.source, packet.destination, PROTOCOL_TCP, end - start);
  if (foldSum(sumWords(frame, start, end, pseudo)) !== 0) return undefined;
  return {
    source: packet.source,
    destination: packet.destination,
    sourcePort: read16(frame, start),
    destinationPort: read16(frame, start + 2),
    sequence: read32(frame, start + 4),
    acknowledgment: read32(frame, start + 8),
    flags: (frame[start + 13] ?? 0) & 0x3f,
    window: read16(frame, start + 14),
    mss: header > TCP_HEADER ? findMss(frame, start + TCP_HEADER, start + header) : undefined,
    data: start + header === end ? NO_DATA : frame.subarray(start + header, end),
  };
}

/** Walks the options up to the first malformed one (RFC 9293 section 3.1); of several MSS options the last counts. */
function findMss(frame: Uint8Array, from: number, to: number): number | undefined {
  let mss: number | undefined;
  for (let at = from; at < to;) {
    const kind = frame[at];
    if (kind === 0) break;
    if (kind === 1) {
      at++;
      continue;
    }
    const length = frame[at + 1] ?? 0;
    if (length === 0) break;
    if (kind === MSS_OPTION) {
      if (length !== 4 || at + length > to) break;
      mss = read16(frame, at + 2);
    }
    at += length;
  }
  return mss;
}
