import { ANY_ADDRESS, isMulticast, type Ipv4Address } from './address.ts';
import { foldSum, sumPseudoHeader, sumWords } from './checksum.ts';
import { Err } from './errors.ts';
import { PORT_UNREACHABLE, sendUnreachable } from './icmp.ts';
import { isBroadcast, type NetworkInterface } from './interface.ts';
import { PAYLOAD, PROTOCOL_UDP, sendPacket, startPacket, type Ipv4Packet } from './ipv4.ts';
import { read16, write16 } from './octets.ts';

const UDP_HEADER = 8;

export interface UdpDatagram {
  readonly source: Ipv4Address;
  readonly sourcePort: number;
  readonly destination: Ipv4Address;
  readonly data: Uint8Array;
}

export interface UdpSocket {
  address: Ipv4Address;
  port: number;
  ttl: number;
  onDatagram: (datagram: UdpDatagram) => void;
}

/** The UDP sockets of an interface. */
export interface Udp {
  readonly netif: NetworkInterface;
  readonly sockets: UdpSocket[];
  /** Multicast groups joined. */
  readonly groups: Set<Ipv4Address>;
}

export const createUdp = (netif: NetworkInterface): Udp => ({ netif, sockets: [], groups: new Set() });

export const createUdpSocket = (udp: Udp, onDatagram: (datagram: UdpDatagram) => void): UdpSocket => ({
  address: ANY_ADDRESS,
  port: 0,
  ttl: udp.netif.ttl,
  onDatagram,
});

/** Local ports that lwIP gives out by itself. */
export const FIRST_LOCAL_PORT = 4096;
export const LAST_LOCAL_PORT = 0x7fff;

/** Binds to a port of one address, or of all with 0; port 0 = any free one (lwIP udp_bind). */
export function bindUdp(udp: Udp, socket: UdpSocket, address: Ipv4Address, port: number): Err {
  const others = udp.sockets.filter((other) => other !== socket);
  const overlaps = (other: UdpSocket): boolean =>
    other.address === address || other.address === ANY_ADDRESS || address === ANY_ADDRESS;
  let chosen = port;
  if (chosen === 0) for (chosen = FIRST_LOCAL_PORT; others.some((other) => other.port === chosen); chosen++);
  else if (others.some((other) => other.port === chosen && overlaps(other))) return Err.inUse;
  socket.address = address;
  socket.port = chosen;
  if (!udp.sockets.includes(socket)) udp.sockets.push(socket);
  return Err.ok;
}

export function closeUdp(udp: Udp, socket: UdpSocket): void {
  const at = udp.sockets.indexOf(socket);
  if (at >= 0) udp.sockets.splice(at, 1);
}

/** `Err.routing` when there is neither address nor gateway that leads there. */
export function sendUdp(udp: Udp, socket: UdpSocket, destination: Ipv4Address, port: number, data: Uint8Array): Err {
  const { netif } = udp;
  const isLocal = isBroadcast(netif, destination) || isMulticast(destination);
  if (netif.address === ANY_ADDRESS && !isLocal) return Err.routing;
  const length = UDP_HEADER + data.length;
  const frame = startPacket(netif, netif.address, destination, PROTOCOL_UDP, length, socket.ttl);
  write16(frame, PAYLOAD, socket.port);
  write16(frame, PAYLOAD + 2, port);
  write16(frame, PAYLOAD + 4, length);
  frame.set(data, PAYLOAD + UDP_HEADER);
  const pseudo = sumPseudoHeader(netif.address, destination, PROTOCOL_UDP, length);
  // A sum of 0 is sent as 0xffff: 0 means "no checksum" (RFC 768).
  write16(frame, PAYLOAD + 6, foldSum(sumWords(frame, PAYLOAD, frame.length, pseudo)) || 0xffff);
  sendPacket(netif, frame, destination);
  return Err.ok;
}

/** As lwIP does, takes the length from the IP header and pays no heed to that of the UDP header. */
export function receiveUdp(udp: Udp, packet: Ipv4Packet): void {
  const { frame, start, end, destination } = packet;
  if (end - start < UDP_HEADER) return;
  if (read16(frame, start + 6) !== 0) {
    const pseudo = sumPseudoHeader(packet.source, destination, PROTOCOL_UDP, end - start);
    if (foldSum(sumWords(frame, start, end, pseudo)) !== 0) return;
  }
  if (isMulticast(destination) && !udp.groups.has(destination)) return;
  const port = read16(frame, start + 2);
  const isToMany = isMulticast(destination) || isBroadcast(udp.netif, destination);
  const socket = udp.sockets.find(
    (candidate) =>
      candidate.port === port && (isToMany || candidate.address === ANY_ADDRESS || candidate.address === destination),
  );
  if (socket) {
    const data = frame.subarray(start + UDP_HEADER, end);
    socket.onDatagram({ source: packet.source, sourcePort: read16(frame, start), destination, data });
  } else if (destination === udp.netif.address) {
    sendUnreachable(udp.netif, packet, PORT_UNREACHABLE);
  }
}
