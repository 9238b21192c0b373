import { isMulticast, type Ipv4Address } from './address.ts';
import { foldSum, sumWords } from './checksum.ts';
import { isBroadcast, type NetworkInterface } from './interface.ts';
import { PAYLOAD, PROTOCOL_ICMP, sendPacket, startPacket, type Ipv4Packet } from './ipv4.ts';
import { read16, write16 } from './octets.ts';

const ECHO_REPLY = 0;
const UNREACHABLE = 3;
const ECHO_REQUEST = 8;
export const PORT_UNREACHABLE = 3;

/** Answers echo requests (RFC 792); pings to broadcast and multicast stay unanswered (lwipopts.h LWIP_BROADCAST_PING 0). */
export function receiveIcmp(netif: NetworkInterface, packet: Ipv4Packet): void {
  const { frame, start, end } = packet;
  if (end - start < 8 || foldSum(sumWords(frame, start, end, 0)) !== 0) return;
  if (frame[start] === ECHO_REPLY) {
    const [identifier, sequence] = [read16(frame, start + 4), read16(frame, start + 6)];
    netif.onEchoReply({ source: packet.source, identifier, sequence, bytes: end - start - 8 });
    return;
  }
  if (frame[start] !== ECHO_REQUEST || isBroadcast(netif, packet.destination) || isMulticast(packet.destination))
    return;
  const reply = startPacket(netif, netif.address, packet.source, PROTOCOL_ICMP, end - start, netif.ttl);
  reply.set(frame.subarray(start, end), PAYLOAD);
  reply[PAYLOAD] = ECHO_REPLY;
  finish(reply);
  sendPacket(netif, reply, packet.source);
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
  finish(frame);
  sendPacket(netif, frame, destination);
}

/** Tells a sender that nobody listens: the IP header and 8 bytes of what it sent (RFC 792). */
export function sendUnreachable(netif: NetworkInterface, packet: Ipv4Packet, code: number): void {
  const quoted = packet.frame.subarray(PAYLOAD - 20, Math.min(packet.end, packet.start + 8));
  const message = startPacket(netif, netif.address, packet.source, PROTOCOL_ICMP, 8 + quoted.length, netif.ttl);
  message[PAYLOAD] = UNREACHABLE;
  message[PAYLOAD + 1] = code;
  message.set(quoted, PAYLOAD + 8);
  finish(message);
  sendPacket(netif, message, packet.source);
}

function finish(frame: Uint8Array): void {
  frame[PAYLOAD + 2] = 0;
  frame[PAYLOAD + 3] = 0;
  write16(frame, PAYLOAD + 2, foldSum(sumWords(frame, PAYLOAD, frame.length, 0)));
}
