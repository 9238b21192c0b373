import { constants, openSync } from 'node:fs';
import { FrameSocket } from './frame-socket.ts';
import { configureInterface, interfaceRequest, silenceIpv6 } from './interface.ts';
import { check, libc } from './libc.ts';

// linux/if_tun.h
const TUNSETIFF = 0x400454ca;
const IFF_TAP = 0x0002;
const IFF_NO_PI = 0x1000;
const IFREQ_FLAGS = 16;

export interface TapOptions {
  /** At most 15 characters. */
  name: string;
  /** The host's own IPv4 address on the link. */
  address: string;
  /** Length of the network prefix, in bits. */
  prefix: number;
}

/**
 * Makes a TAP in the current network namespace, with the host's address on it, and returns the board's end. Needs
 * CAP_NET_ADMIN there. The interface vanishes when the link is closed or the process ends, however it ends.
 * @throws Error with the failing call and errno when the machine does not permit it.
 */
export function createTap({ name, address, prefix }: TapOptions): FrameSocket {
  const fd = openSync('/dev/net/tun', constants.O_RDWR | constants.O_NONBLOCK);
  try {
    const request = interfaceRequest(name);
    request.writeUInt16LE(IFF_TAP | IFF_NO_PI, IFREQ_FLAGS);
    check('TUNSETIFF', libc().ioctl(fd, TUNSETIFF, request));
    silenceIpv6(name);
    configureInterface(name, address, prefix);
  } catch (error) {
    libc().close(fd);
    throw error;
  }
  return new FrameSocket(fd);
}
