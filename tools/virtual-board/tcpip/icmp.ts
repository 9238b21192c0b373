import { isMulticast, type Ipv4Address } from './address.ts';
import { foldSum, sumWords } from './checksum.ts';
import { isBroadcast, type NetworkInterface } from './interface.ts';
import { ETHERNET_HEADER, writeMac } from './ethernet.ts';
import { IPV4_HEADER, PAYLOAD, PROTOCOL_ICMP, sendPacket, startPacket, type Ipv4Packet } from './ipv4.ts';
import { read16, write16, write32 } from './octets.ts';

const ECHO_REPLY = 0;
const UNREACHABLE = 3;
const ECHO_REQUEST = 8;
export const PROTOCOL_UNREACHABLE = 2;
export const PORT_UNREACHABLE = 3;
/** Bytes of an undeliverable packet that go back with the message. */
const QUOTED = 28;
const MAC_LENGTH = 6;

/** Answers echo requests (RFC 792); pings to broadcast and multicast stay unanswered (lwipopts.h LWIP_BROADCAST_PING 0). */
export function receiveIcmp(netif: NetworkInterface, packet: Ipv4Packet): void {
  const { frame, start, end, destination } = packet;
  if (end - start < 8 || foldSum(sumWords(frame, start, end, 0)) !== 0) return;
  if (frame[start] === ECHO_REPLY) {
    const [identifier, sequence] = [read16(frame, start + 4), read16(frame, start + 6)];
    netif.onEchoReply({ source: packet.source, identifier, sequence, bytes: end - start - 8 });
    return;
  }
  if (frame[start] !== ECHO_REQUEST || isBroadcast(netif, destination) || isMulticast(destination)) return;
  sendEchoReply(netif, packet);
}

/**
 * lwIP turns the request itself round: identification, flags and options of its IP header come back. The header's
 * checksum covers the first 20 bytes only, so that nobody takes an answer to a request with options.
 */
function sendEchoReply(netif: NetworkInterface, { frame, source, destination, start, end }: Ipv4Packet): void {
  const reply = frame.slice(0, end);
  const at = ETHERNET_HEADER;
  writeMac(reply, MAC_LENGTH, netif.mac);
  write32(reply, at + 12, destination);
  write32(reply, at + 16, source);
  reply[at + 8] = netif.ttl;
  write16(reply, at + 10, 0);
  write16(reply, at + 10, foldSum(sumWords(reply, at, at + IPV4_HEADER, 0)));
  reply[start] = ECHO_REPLY;
  writeChecksum(reply, start);
  sendPacket(netif, reply, source);
}

/** Asks a host whether it is there, with `length` bytes of data. */
export function sendEcho(
  netif: NetworkInterface,
  destination: Ipv4Address,
  identifier: number,
  sequence: number,
  length: number,
): void {
  const frame = startPacket(netif, netif.address, destination, PROTOCOL_ICMP, 8 + length, netif.ttl);
  frame[PAYLOAD] = ECHO_REQUEST;
  write16(frame, PAYLOAD + 4, identifier);
  write16(frame, PAYLOAD + 6, sequence);
  for (let at = 0; at < length; at++) frame[PAYLOAD + 8 + at] = at;
  writeChecksum(frame, PAYLOAD);
  sendPacket(netif, frame, destination);
}

/** Tells a sender that nobody listens: 20 bytes of IP header and 8 more of what it sent (RFC 792). */
export function sendUnreachable(netif: NetworkInterface, packet: Ipv4Packet, code: number): void {
  const quoted = packet.frame.subarray(ETHERNET_HEADER, ETHERNET_HEADER + QUOTED);
  const message = startPacket(netif, netif.address, packet.source, PROTOCOL_ICMP, 8 + QUOTED, netif.ttl);
  message[PAYLOAD] = UNREACHABLE;
  message[PAYLOAD + 1] = code;
  message.set(quoted, PAYLOAD + 8);
  writeChecksum(message, PAYLOAD);
  sendPacket(netif, message, packet.source);
}

function writeChecksum(frame: Uint8Array, at: number): void {
  write16(frame, at + 2, 0);
  write16(frame, at + 2, foldSum(sumWords(frame, at, frame.length, 0)));
}
