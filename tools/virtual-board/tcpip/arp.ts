import type { Ipv4Address } from './address.ts';
import { BROADCAST_MAC, ETHERNET_HEADER, ETHERTYPE_ARP, writeEthernet } from './ethernet.ts';
import { sendFrame, type NetworkInterface } from './interface.ts';
import { read16, read32, write16, write32 } from './octets.ts';

/** Length of an ARP packet for IPv4 over Ethernet (RFC 826). */
const ARP_LENGTH = 28;
const REQUEST = 1;
const REPLY = 2;

/** lwIP 1.4 etharp: ten entries, forgotten after 240 rounds of 5 s, requests abandoned after two rounds. */
const TABLE_SIZE = 10;
const LIFETIME_MS = 1_200_000;
const PENDING_MS = 10_000;
const RETRY_MS = 1000;
const QUEUE_LENGTH = 10;

interface ArpEntry {
  mac: Uint8Array;
  expires: number;
}

interface PendingEntry {
  frames: Uint8Array[];
  askedAt: number;
  expires: number;
}

export interface ArpTable {
  readonly entries: Map<Ipv4Address, ArpEntry>;
  readonly pending: Map<Ipv4Address, PendingEntry>;
}

export const createArpTable = (): ArpTable => ({ entries: new Map(), pending: new Map() });

/** The neighbour's MAC address, when it is known. */
export function lookUpNeighbour(netif: NetworkInterface, address: Ipv4Address): Uint8Array | undefined {
  const entry = netif.arp.entries.get(address);
  return entry && entry.expires > netif.clock.now() ? entry.mac : undefined;
}

/** Sends `frame` to a neighbour whose MAC address is unknown: asks for it and keeps the frame until the answer comes. */
export function resolveThenSend(netif: NetworkInterface, address: Ipv4Address, frame: Uint8Array): void {
  const now = netif.clock.now();
  let pending = netif.arp.pending.get(address);
  if (!pending || pending.expires <= now) {
    pending = { frames: [], askedAt: -Infinity, expires: now + PENDING_MS };
    netif.arp.pending.set(address, pending);
  }
  if (pending.frames.length < QUEUE_LENGTH) pending.frames.push(frame);
  if (now - pending.askedAt < RETRY_MS) return;
  pending.askedAt = now;
  sendArp(netif, REQUEST, BROADCAST_MAC, new Uint8Array(6), address);
}

/** Tells the neighbourhood which MAC address ours is (RFC 5227 section 3). */
export const announce = (netif: NetworkInterface): void =>
  sendArp(netif, REQUEST, BROADCAST_MAC, new Uint8Array(6), netif.address);

/** Remembers the sender of a frame (lwIP: ETHARP_TRUST_IP_MAC). */
export function noticeNeighbour(netif: NetworkInterface, address: Ipv4Address, frame: Uint8Array): void {
  const known = netif.arp.entries.get(address);
  if (known && hasMac(frame, 6, known.mac)) known.expires = netif.clock.now() + LIFETIME_MS;
  else learnNeighbour(netif, address, frame.subarray(6, 12));
}

/** Remembers a neighbour and sends what waited for it. */
function learnNeighbour(netif: NetworkInterface, address: Ipv4Address, mac: Uint8Array): void {
  const { entries, pending } = netif.arp;
  const known = entries.get(address);
  const expires = netif.clock.now() + LIFETIME_MS;
  if (!known && entries.size >= TABLE_SIZE) forgetOldest(entries);
  entries.set(address, { mac: mac.slice(), expires });
  const waiting = pending.get(address);
  if (!waiting) return;
  pending.delete(address);
  for (const frame of waiting.frames) {
    frame.set(mac, 0);
    sendFrame(netif, frame);
  }
}

export function receiveArp(netif: NetworkInterface, frame: Uint8Array): void {
  const at = ETHERNET_HEADER;
  if (frame.length < at + ARP_LENGTH || read16(frame, at) !== 1 || read16(frame, at + 2) !== 0x0800) return;
  const operation = read16(frame, at + 6);
  const senderMac = frame.subarray(at + 8, at + 14);
  const sender = read32(frame, at + 14);
  const target = read32(frame, at + 24);
  if (netif.address === 0) return;
  const isForUs = target === netif.address;
  if (sender !== 0 && (isForUs || netif.arp.entries.has(sender))) learnNeighbour(netif, sender, senderMac);
  if (operation === REQUEST && isForUs) sendArp(netif, REPLY, senderMac.slice(), senderMac, sender);
}

function sendArp(
  netif: NetworkInterface,
  operation: number,
  to: Uint8Array,
  targetMac: Uint8Array,
  target: Ipv4Address,
): void {
  const frame = new Uint8Array(ETHERNET_HEADER + ARP_LENGTH);
  writeEthernet(frame, to, netif.mac, ETHERTYPE_ARP);
  const at = ETHERNET_HEADER;
  write16(frame, at, 1);
  write16(frame, at + 2, 0x0800);
  frame[at + 4] = 6;
  frame[at + 5] = 4;
  write16(frame, at + 6, operation);
  frame.set(netif.mac, at + 8);
  write32(frame, at + 14, netif.address);
  frame.set(targetMac, at + 18);
  write32(frame, at + 24, target);
  sendFrame(netif, frame);
}

function forgetOldest(entries: Map<Ipv4Address, ArpEntry>): void {
  let oldest: Ipv4Address | undefined;
  let earliest = Infinity;
  for (const [address, entry] of entries) {
    if (entry.expires < earliest) [oldest, earliest] = [address, entry.expires];
  }
  if (oldest !== undefined) entries.delete(oldest);
}

function hasMac(frame: Uint8Array, at: number, mac: Uint8Array): boolean {
  for (let index = 0; index < 6; index++) if (frame[at + index] !== mac[index]) return false;
  return true;
}
