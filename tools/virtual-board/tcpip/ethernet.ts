import { read16, write16 } from './octets.ts';

/** Ethernet II without FCS: destination, source, type. */
export const ETHERNET_HEADER = 14;
export const ETHERTYPE_IPV4 = 0x0800;
export const ETHERTYPE_ARP = 0x0806;
export const BROADCAST_MAC = new Uint8Array([255, 255, 255, 255, 255, 255]);

export const etherType = (frame: Uint8Array): number => read16(frame, 12);

/** Byte by byte: for six bytes that is several times faster than `set`. */
export function writeMac(frame: Uint8Array, at: number, mac: Uint8Array): void {
  for (let index = 0; index < 6; index++) frame[at + index] = mac[index] ?? 0;
}

export function writeEthernet(frame: Uint8Array, destination: Uint8Array, source: Uint8Array, type: number): void {
  writeMac(frame, 0, destination);
  writeMac(frame, 6, source);
  write16(frame, 12, type);
}

/** True for frames to `mac`, to everybody, and to IPv4 multicast groups (RFC 1112 section 6.4). */
export function isForUs(frame: Uint8Array, mac: Uint8Array): boolean {
  if (((frame[0] ?? 0) & 1) !== 0) return true;
  for (let at = 0; at < 6; at++) if (frame[at] !== mac[at]) return false;
  return true;
}
