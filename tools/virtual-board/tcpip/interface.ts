import type { Clock } from '../clock.ts';
import type { Random } from '../random.ts';
import type { Link } from '../wire/link.ts';
import { ANY_ADDRESS, BROADCAST_ADDRESS, type Ipv4Address } from './address.ts';
import { createArpTable, type ArpTable } from './arp.ts';

/** One Ethernet interface with at most one IPv4 address. */
export interface NetworkInterface {
  readonly clock: Clock;
  readonly random: Random;
  readonly link: Link;
  readonly mac: Uint8Array;
  /** Frames come and go only while this is true (Wi-Fi associated). */
  up: boolean;
  address: Ipv4Address;
  netmask: Ipv4Address;
  gateway: Ipv4Address;
  readonly ttl: number;
  /** Identification of the next IPv4 packet. */
  identification: number;
  readonly arp: ArpTable;
  /** Gets the addresses of those who answer ARP requests. */
  onArpReply: (sender: Ipv4Address) => void;
  /** Gets answers to our own echo requests. */
  onEchoReply: (reply: EchoReply) => void;
}

interface EchoReply {
  readonly source: Ipv4Address;
  readonly identifier: number;
  readonly sequence: number;
  /** Bytes of data that came back. */
  readonly bytes: number;
}

export interface InterfaceOptions {
  clock: Clock;
  random: Random;
  link: Link;
  mac: Uint8Array;
  ttl: number;
}

export function createInterface(options: InterfaceOptions): NetworkInterface {
  return {
    ...options,
    up: true,
    address: ANY_ADDRESS,
    netmask: ANY_ADDRESS,
    gateway: ANY_ADDRESS,
    identification: 0,
    arp: createArpTable(),
    onArpReply: () => undefined,
    onEchoReply: () => undefined,
  };
}

/** Largest IPv4 packet on Ethernet (RFC 894). */
export const MTU = 1500;

/** Also 0.0.0.0, the broadcast address of old (RFC 1122 section 3.2.1.3). */
export const isBroadcast = (netif: NetworkInterface, address: Ipv4Address): boolean =>
  address === BROADCAST_ADDRESS ||
  address === ANY_ADDRESS ||
  (netif.netmask !== ANY_ADDRESS && address !== netif.address && address === (netif.address | ~netif.netmask));

export const isOnSubnet = (netif: NetworkInterface, address: Ipv4Address): boolean =>
  ((address ^ netif.address) & netif.netmask) === 0;

export function sendFrame(netif: NetworkInterface, frame: Uint8Array): void {
  if (netif.up) netif.link.send(frame);
}
