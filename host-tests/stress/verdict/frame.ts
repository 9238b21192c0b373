/** A TCP segment with its addresses, read from an Ethernet frame. */
export interface TcpFrame {
  source: number;
  sourcePort: number;
  destination: number;
  destinationPort: number;
  flags: number;
  seq: number;
  ack: number;
  win: number;
  len: number;
}

const ETHERNET_HEADER = 14;
const ETHERTYPE_IPV4 = 0x0800;
const PROTOCOL_TCP = 6;

/**
 * Reads the TCP segment in an Ethernet II frame; undefined for anything else and for fragments. `bytes` may be cut
 * after the TCP header: lengths come from the IP header (RFC 791, RFC 9293 section 3.1).
 */
export function readTcpFrame(bytes: Uint8Array): TcpFrame | undefined {
  if (bytes.length < ETHERNET_HEADER + 40) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint16(12) !== ETHERTYPE_IPV4) return undefined;
  const versionAndLength = view.getUint8(ETHERNET_HEADER);
  if (versionAndLength >> 4 !== 4 || view.getUint8(ETHERNET_HEADER + 9) !== PROTOCOL_TCP) return undefined;
  if ((view.getUint16(ETHERNET_HEADER + 6) & 0x3fff) !== 0) return undefined;
  const tcp = ETHERNET_HEADER + (versionAndLength & 15) * 4;
  if (bytes.length < tcp + 20) return undefined;
  const totalLength = view.getUint16(ETHERNET_HEADER + 2);
  const dataOffset = (view.getUint8(tcp + 12) >> 4) * 4;
  return {
    source: view.getUint32(ETHERNET_HEADER + 12),
    destination: view.getUint32(ETHERNET_HEADER + 16),
    sourcePort: view.getUint16(tcp),
    destinationPort: view.getUint16(tcp + 2),
    seq: view.getUint32(tcp + 4),
    ack: view.getUint32(tcp + 8),
    flags: view.getUint8(tcp + 13) & 31,
    win: view.getUint16(tcp + 14),
    len: Math.max(0, totalLength - (tcp - ETHERNET_HEADER) - dataOffset),
  };
}

/** Dotted quad to the number used in `TcpFrame`. */
export function ipv4ToNumber(address: string): number {
  return address.split('.').reduce((number, part) => number * 256 + Number(part), 0);
}
