import { ANY_ADDRESS, isMulticast, type Ipv4Address } from './address.ts';
import { lookUpNeighbour, noticeNeighbour, resolveThenSend } from './arp.ts';
import { foldSum, sumWords } from './checksum.ts';
import { BROADCAST_MAC, ETHERNET_HEADER, ETHERTYPE_IPV4, writeEthernet, writeMac } from './ethernet.ts';
import { isBroadcast, isOnSubnet, sendFrame, type NetworkInterface } from './interface.ts';
import { read16, read32, write16, write32 } from './octets.ts';

/** IPv4 header without options (RFC 791). */
export const IPV4_HEADER = 20;
export const PROTOCOL_ICMP = 1;
export const PROTOCOL_IGMP = 2;
export const PROTOCOL_TCP = 6;
export const PROTOCOL_UDP = 17;

/** Where the payload of a frame from `startPacket` begins. */
export const PAYLOAD = ETHERNET_HEADER + IPV4_HEADER;

const UNRESOLVED = new Uint8Array(6);

/** A checked packet; `start` and `end` bound the payload inside `frame`. */
export interface Ipv4Packet {
  readonly frame: Uint8Array;
  readonly source: Ipv4Address;
  readonly destination: Ipv4Address;
  readonly protocol: number;
  readonly start: number;
  readonly end: number;
}

/** Undefined for what a host silently discards: bad version, length or checksum, fragments, other hosts' packets. */
export function receivePacket(netif: NetworkInterface, frame: Uint8Array): Ipv4Packet | undefined {
  const SOURCE = ETHERNET_HEADER + 12;
  if (frame.length < SOURCE + 4) return undefined;
  // Before anything is checked, as in lwIP.
  const neighbour = read32(frame, SOURCE);
  if (isOnSubnet(netif, neighbour)) noticeNeighbour(netif, neighbour, frame);
  const version = frame[ETHERNET_HEADER] ?? 0;
  const headerLength = (version & 15) * 4;
  const start = ETHERNET_HEADER + headerLength;
  if (version >>> 4 !== 4 || headerLength < IPV4_HEADER || frame.length < start) return undefined;
  const end = ETHERNET_HEADER + read16(frame, 16);
  if (end < start || end > frame.length) return undefined;
  if (foldSum(sumWords(frame, ETHERNET_HEADER, start, 0)) !== 0) return undefined;
  // lwIP is built without reassembly (lwipopts.h IP_REASSEMBLY 0): fragments are dropped.
  if ((read16(frame, 20) & 0x3fff) !== 0) return undefined;
  const source = read32(frame, 26);
  const destination = read32(frame, 30);
  if (source !== ANY_ADDRESS && (isBroadcast(netif, source) || isMulticast(source))) return undefined;
  if (!isToUs(netif, frame, destination, start)) return undefined;
  return { frame, source, destination, protocol: frame[23] ?? 0, start, end };
}

const DHCP_CLIENT_PORT = 68;

/** Without an address of its own a host takes only what the DHCP server sends it. */
function isToUs(netif: NetworkInterface, frame: Uint8Array, destination: Ipv4Address, start: number): boolean {
  if (netif.address === ANY_ADDRESS) {
    return frame[ETHERNET_HEADER + 9] === PROTOCOL_UDP && read16(frame, start + 2) === DHCP_CLIENT_PORT;
  }
  return destination === netif.address || isBroadcast(netif, destination) || isMulticast(destination);
}

/** A frame with Ethernet and IPv4 headers written; the payload of `length` bytes starts at `PAYLOAD`. */
export function startPacket(
  netif: NetworkInterface,
  source: Ipv4Address,
  destination: Ipv4Address,
  protocol: number,
  length: number,
  ttl: number,
): Uint8Array {
  const frame = new Uint8Array(PAYLOAD + length);
  writeEthernet(frame, UNRESOLVED, netif.mac, ETHERTYPE_IPV4);
  const at = ETHERNET_HEADER;
  frame[at] = 0x45;
  write16(frame, at + 2, IPV4_HEADER + length);
  write16(frame, at + 4, netif.identification);
  netif.identification = (netif.identification + 1) & 0xffff;
  frame[at + 8] = ttl;
  frame[at + 9] = protocol;
  write32(frame, at + 12, source);
  write32(frame, at + 16, destination);
  write16(frame, at + 10, foldSum(sumWords(frame, at, PAYLOAD, 0)));
  return frame;
}

/** Sends a finished packet to its next hop, by way of ARP where needed. Without a route it is dropped. */
export function sendPacket(netif: NetworkInterface, frame: Uint8Array, destination: Ipv4Address): void {
  if (isBroadcast(netif, destination)) {
    frame.set(BROADCAST_MAC, 0);
    sendFrame(netif, frame);
    return;
  }
  if (isMulticast(destination)) {
    frame.set([0x01, 0x00, 0x5e, (destination >>> 16) & 0x7f, (destination >>> 8) & 0xff, destination & 0xff], 0);
    sendFrame(netif, frame);
    return;
  }
  const isDirect = isOnSubnet(netif, destination) || isLinkLocal(destination);
  const nextHop = isDirect ? destination : netif.gateway;
  if (nextHop === 0 || netif.address === 0) return;
  const mac = lookUpNeighbour(netif, nextHop);
  if (mac) {
    writeMac(frame, 0, mac);
    sendFrame(netif, frame);
  } else {
    resolveThenSend(netif, nextHop, frame);
  }
}

/** 169.254.0.0/16 is never routed (RFC 3927 section 2.7). */
const isLinkLocal = (address: Ipv4Address): boolean => address >>> 16 === 0xa9fe;
