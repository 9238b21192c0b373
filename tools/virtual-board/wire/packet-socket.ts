import koffi from 'koffi';
import { FrameSocket } from './frame-socket.ts';
import { interfaceIndex, interfaceRequest, raiseInterface, silenceIpv6, configureInterface } from './interface.ts';
import { check, libc } from './libc.ts';
import { createVethPair } from './veth.ts';

// linux/if_packet.h, linux/if_ether.h, linux/ethtool.h, asm-generic/socket.h
const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0x800;
const SOL_PACKET = 263;
const PACKET_IGNORE_OUTGOING = 23;
const ETH_P_ALL = 3;
const SOCKADDR_LL = 20;
const SIOCETHTOOL = 0x8946;
const ETHTOOL_STXCSUM = 0x17;
const ETHTOOL_STSO = 0x1f;
const ETHTOOL_SGSO = 0x24;
const IFREQ_DATA = 16;

export interface PacketLinkOptions {
  /** Name of the host's interface, at most 13 characters; the board's end gets a `-b` behind it. */
  name: string;
  address: string;
  prefix: number;
}

/**
 * A pair of Ethernet interfaces in the current network namespace, the host's with its address and the board's behind a
 * packet socket: for machines without /dev/net/tun. Needs CAP_NET_ADMIN and CAP_NET_RAW. The pair ends with the
 * namespace.
 * @throws Error with the failing call and errno when the machine does not permit it.
 */
export function createPacketLink({ name, address, prefix }: PacketLinkOptions): FrameSocket {
  const boardEnd = `${name}-b`;
  createVethPair(name, boardEnd);
  silenceIpv6(name);
  silenceIpv6(boardEnd);
  computeChecksums(name);
  configureInterface(name, address, prefix);
  raiseInterface(boardEnd);
  return openPacketSocket(boardEnd);
}

function openPacketSocket(name: string): FrameSocket {
  const c = libc();
  const protocol = swap16(ETH_P_ALL);
  const fd = check('socket(AF_PACKET)', c.socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0));
  try {
    const yes = Buffer.from(Int32Array.of(1).buffer);
    check('PACKET_IGNORE_OUTGOING', c.setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, yes, yes.length));
    const socketAddress = Buffer.alloc(SOCKADDR_LL);
    socketAddress.writeUInt16LE(AF_PACKET, 0);
    socketAddress.writeUInt16LE(protocol, 2);
    socketAddress.writeInt32LE(interfaceIndex(name), 4);
    check(`bind to ${name}`, c.bind(fd, socketAddress, SOCKADDR_LL));
  } catch (error) {
    c.close(fd);
    throw error;
  }
  return new FrameSocket(fd);
}

/** A veth leaves checksums and segmentation to hardware that is not there; a packet socket would see neither done. */
function computeChecksums(name: string): void {
  const c = libc();
  const control = check('socket', c.socket(2, 2, 0));
  const value = koffi.alloc('uint32_t', 2) as bigint;
  try {
    for (const command of [ETHTOOL_STXCSUM, ETHTOOL_STSO, ETHTOOL_SGSO]) {
      new Uint32Array(koffi.view(value, 8)).set([command, 0]);
      const request = interfaceRequest(name);
      request.writeBigUInt64LE(value, IFREQ_DATA);
      check(`offload of ${name}`, c.ioctl(control, SIOCETHTOOL, request));
    }
  } finally {
    koffi.free(value);
    c.close(control);
  }
}

const swap16 = (value: number): number => ((value & 0xff) << 8) | (value >> 8);
