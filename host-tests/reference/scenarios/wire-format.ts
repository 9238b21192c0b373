import { foldSum, sumPseudoHeader, sumWords } from '../../../tools/virtual-board/tcpip/checksum.ts';
import { read16, read32, write16, write32 } from '../../../tools/virtual-board/tcpip/octets.ts';

/** A TCP segment as it stands on the wire; sequence numbers absolute and unsigned. */
export interface RawSegment {
  sourcePort: number;
  destinationPort: number;
  sequence: number;
  acknowledgment: number;
  /** Letters in the order S F R P A. */
  flags: string;
  window: number;
  mss: number | undefined;
  data: Uint8Array;
}

const FLAG_BITS = { S: 2, F: 1, R: 4, P: 8, A: 16 } as const;
const LETTERS = ['S', 'F', 'R', 'P', 'A'] as const;
const IP = 14;
const TCP = 34;
const PROTOCOL = 6;

export interface Endpoints {
  mac: Uint8Array;
  peerMac: Uint8Array;
  address: number;
  peerAddress: number;
}

/** A frame from `address` to `peerAddress`. */
export function encodeFrame(endpoints: Endpoints, segment: RawSegment, badChecksum: boolean): Uint8Array {
  const header = segment.mss === undefined ? 20 : 24;
  const frame = new Uint8Array(TCP + header + segment.data.length);
  frame.set(endpoints.peerMac, 0);
  frame.set(endpoints.mac, 6);
  write16(frame, 12, 0x0800);
  frame[IP] = 0x45;
  write16(frame, IP + 2, frame.length - IP);
  frame[IP + 8] = 64;
  frame[IP + 9] = PROTOCOL;
  write32(frame, IP + 12, endpoints.address);
  write32(frame, IP + 16, endpoints.peerAddress);
  write16(frame, IP + 10, foldSum(sumWords(frame, IP, TCP, 0)));
  write16(frame, TCP, segment.sourcePort);
  write16(frame, TCP + 2, segment.destinationPort);
  write32(frame, TCP + 4, segment.sequence);
  write32(frame, TCP + 8, segment.acknowledgment);
  frame[TCP + 12] = (header / 4) << 4;
  frame[TCP + 13] = LETTERS.reduce(
    (bits, letter) => bits | (segment.flags.includes(letter) ? FLAG_BITS[letter] : 0),
    0,
  );
  write16(frame, TCP + 14, segment.window);
  if (segment.mss !== undefined) write32(frame, TCP + 20, (0x0204 << 16) | segment.mss);
  frame.set(segment.data, TCP + header);
  const length = frame.length - TCP;
  const pseudo = sumPseudoHeader(endpoints.address, endpoints.peerAddress, PROTOCOL, length);
  const checksum = foldSum(sumWords(frame, TCP, frame.length, pseudo));
  write16(frame, TCP + 16, badChecksum ? checksum ^ 0x5555 : checksum);
  return frame;
}

/** Undefined for what is not TCP over IPv4. */
export function decodeFrame(frame: Uint8Array): RawSegment | undefined {
  if (read16(frame, 12) !== 0x0800 || frame[IP + 9] !== PROTOCOL) return undefined;
  const header = ((frame[TCP + 12] ?? 0) >>> 4) * 4;
  const bits = frame[TCP + 13] ?? 0;
  return {
    sourcePort: read16(frame, TCP),
    destinationPort: read16(frame, TCP + 2),
    sequence: read32(frame, TCP + 4) >>> 0,
    acknowledgment: read32(frame, TCP + 8) >>> 0,
    flags: LETTERS.filter((letter) => (bits & FLAG_BITS[letter]) !== 0).join(''),
    window: read16(frame, TCP + 14),
    mss: header > 20 && read16(frame, TCP + 20) === 0x0204 ? read16(frame, TCP + 22) : undefined,
    data: frame.subarray(TCP + header, IP + read16(frame, IP + 2)),
  };
}

export const letterLength = (flags: string): number => (/[SF]/.test(flags) ? 1 : 0);
