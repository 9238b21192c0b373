import { isMulticast, type Ipv4Address } from './address.ts';
import { BROADCAST_MAC, ETHERNET_HEADER, ETHERTYPE_ARP, writeEthernet } from './ethernet.ts';
import { isBroadcast, sendFrame, type NetworkInterface } from './interface.ts';
import { read16, read32, write16, write32 } from './octets.ts';

/** Length of an ARP packet for IPv4 over Ethernet (RFC 826). */
const ARP_LENGTH = 28;
const REQUEST = 1;
const REPLY = 2;
const MAC_LENGTH = 6;
const IPV4_LENGTH = 4;

/** lwIP 1.4 etharp: ten entries; forgotten after 240 rounds of 5 s, asked for again from round 228 on when used. */
const TABLE_SIZE = 10;
const ROUND_MS = 5000;
const LIFETIME = 240;
const REFRESH_MS = (LIFETIME - 228) * ROUND_MS;
/** An unanswered request is given up after two rounds. */
const PENDING_LIFETIME = 2;
/** Of the packets that wait for an answer the newest three are kept. */
const QUEUE_LENGTH = 3;

interface ArpEntry {
  readonly address: Ipv4Address;
  /** Undefined while the neighbour has not answered. */
  mac: Uint8Array | undefined;
  /** The round in which we heard of it, and when that makes it too old, ms. */
  round: number;
  expiresAt: number;
  /** The round in which an entry about to expire was last asked for. */
  refreshed: number;
  readonly waiting: Uint8Array[];
}

/** Neighbours; the place of an entry decides which of equally old ones gives way. */
export type ArpTable = (ArpEntry | undefined)[];

export const createArpTable = (): ArpTable => new Array<ArpEntry | undefined>(TABLE_SIZE).fill(undefined);

const roundOf = (now: number): number => Math.floor(now / ROUND_MS);

/** The neighbour's MAC address, when it is known. */
export function lookUpNeighbour(netif: NetworkInterface, address: Ipv4Address): Uint8Array | undefined {
  const entry = find(netif, address);
  if (!entry?.mac) return undefined;
  const now = netif.clock.now();
  if (now >= entry.expiresAt - REFRESH_MS && roundOf(now) > entry.refreshed) {
    entry.refreshed = roundOf(now);
    ask(netif, address);
  }
  return entry.mac;
}

/** Sends `frame` to a neighbour whose MAC address is unknown: asks for it and keeps the frame until the answer comes. */
export function resolveThenSend(netif: NetworkInterface, address: Ipv4Address, frame: Uint8Array): void {
  if (isBroadcast(netif, address) || isMulticast(address)) return;
  const entry = find(netif, address) ?? create(netif, address);
  entry.waiting.push(frame);
  if (entry.waiting.length > QUEUE_LENGTH) entry.waiting.shift();
  ask(netif, address);
}

export const ask = (netif: NetworkInterface, address: Ipv4Address): void =>
  sendArp(netif, REQUEST, BROADCAST_MAC, new Uint8Array(MAC_LENGTH), address);

/** Tells the neighbourhood which MAC address ours is (RFC 5227 section 3). */
export const announce = (netif: NetworkInterface): void => ask(netif, netif.address);

/** Takes the sender of a frame for a sign of life, when it is in the table already (lwIP: ETHARP_TRUST_IP_MAC). */
export function noticeNeighbour(netif: NetworkInterface, address: Ipv4Address, frame: Uint8Array): void {
  const entry = find(netif, address);
  if (entry) update(netif, entry, frame, MAC_LENGTH);
}

function touch(entry: ArpEntry, now: number): void {
  entry.round = roundOf(now);
  entry.expiresAt = (entry.round + (entry.mac ? LIFETIME : PENDING_LIFETIME)) * ROUND_MS;
}

/** The MAC address at `at` of a frame is the neighbour's: what waited for it goes out. */
function update(netif: NetworkInterface, entry: ArpEntry, frame: Uint8Array, at: number): void {
  if (!entry.mac || !hasMac(frame, at, entry.mac)) entry.mac = frame.slice(at, at + MAC_LENGTH);
  touch(entry, netif.clock.now());
  for (let waiting = entry.waiting.shift(); waiting; waiting = entry.waiting.shift()) {
    waiting.set(entry.mac, 0);
    sendFrame(netif, waiting);
  }
}

export function receiveArp(netif: NetworkInterface, frame: Uint8Array): void {
  const at = ETHERNET_HEADER;
  if (frame.length < at + ARP_LENGTH || read16(frame, at) !== 1 || read16(frame, at + 2) !== 0x0800) return;
  if (frame[at + 4] !== MAC_LENGTH || frame[at + 5] !== IPV4_LENGTH) return;
  const operation = read16(frame, at + 6);
  const sender = read32(frame, at + 14);
  const isForUs = netif.address !== 0 && read32(frame, at + 24) === netif.address;
  if (!isBroadcast(netif, sender) && !isMulticast(sender)) {
    const entry = find(netif, sender) ?? (isForUs ? create(netif, sender) : undefined);
    if (entry) update(netif, entry, frame, at + 8);
  }
  if (operation === REPLY) netif.onArpReply(sender);
  const senderMac = frame.slice(at + 8, at + 14);
  if (operation === REQUEST && isForUs) sendArp(netif, REPLY, senderMac, senderMac, sender);
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
  frame[at + 4] = MAC_LENGTH;
  frame[at + 5] = IPV4_LENGTH;
  write16(frame, at + 6, operation);
  frame.set(netif.mac, at + 8);
  write32(frame, at + 14, netif.address);
  frame.set(targetMac, at + 18);
  write32(frame, at + 24, target);
  sendFrame(netif, frame);
}

/** An entry whose time is not up. Every packet asks for one: no iterators here. */
function find({ arp, clock }: NetworkInterface, address: Ipv4Address): ArpEntry | undefined {
  for (let place = 0; place < TABLE_SIZE; place++) {
    const entry = arp[place];
    if (entry?.address !== address) continue;
    if (clock.now() < entry.expiresAt) return entry;
    arp[place] = undefined;
  }
  return undefined;
}

/** A new entry: in a free place, or in that of the oldest known neighbour, or of the oldest unanswered request. */
function create(netif: NetworkInterface, address: Ipv4Address): ArpEntry {
  const now = netif.clock.now();
  let place = netif.arp.findIndex((entry) => !entry || now >= entry.expiresAt);
  if (place < 0) place = oldest(netif.arp, (entry) => entry.mac !== undefined) ?? oldest(netif.arp, () => true) ?? 0;
  const entry: ArpEntry = { address, mac: undefined, round: 0, expiresAt: 0, refreshed: roundOf(now), waiting: [] };
  touch(entry, now);
  netif.arp[place] = entry;
  return entry;
}

/** The place of the oldest entry of a kind; among equally old ones the last. */
function oldest(table: ArpTable, isOfKind: (entry: ArpEntry) => boolean): number | undefined {
  let found: number | undefined;
  for (const [place, entry] of table.entries()) {
    const current = found === undefined ? undefined : table[found];
    if (entry && isOfKind(entry) && entry.round <= (current?.round ?? Infinity)) found = place;
  }
  return found;
}

function hasMac(frame: Uint8Array, at: number, mac: Uint8Array): boolean {
  for (let index = 0; index < MAC_LENGTH; index++) if (frame[at + index] !== mac[index]) return false;
  return true;
}
