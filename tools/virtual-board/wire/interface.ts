import { writeFileSync } from 'node:fs';
import { check, libc } from './libc.ts';

// linux/sockios.h, linux/if.h
const SIOCSIFFLAGS = 0x8914;
const SIOCGIFINDEX = 0x8933;
const SIOCSIFADDR = 0x8916;
const SIOCSIFNETMASK = 0x891c;
const IFF_UP = 0x1;
const IFF_RUNNING = 0x40;
const AF_INET = 2;
const SOCK_DGRAM = 2;

const IFREQ_BYTES = 40;
const IFREQ_UNION = 16;

/** A zeroed `struct ifreq` with the interface's name. */
export function interfaceRequest(name: string): Buffer {
  const request = Buffer.alloc(IFREQ_BYTES);
  request.write(name, 0, IFREQ_UNION - 1, 'latin1');
  return request;
}

/** Gives an interface of the current network namespace an IPv4 address and brings it up. */
export function configureInterface(name: string, address: string, prefix: number): void {
  withControlSocket((control) => {
    const request = interfaceRequest(name);
    request.writeUInt16LE(AF_INET, IFREQ_UNION);
    Buffer.from(address.split('.').map(Number)).copy(request, IFREQ_UNION + 4);
    check(`address of ${name}`, libc().ioctl(control, SIOCSIFADDR, request));
    request.writeUInt32BE((0xffffffff << (32 - prefix)) >>> 0, IFREQ_UNION + 4);
    check(`netmask of ${name}`, libc().ioctl(control, SIOCSIFNETMASK, request));
  });
  raiseInterface(name);
}

export function raiseInterface(name: string): void {
  withControlSocket((control) => {
    const request = interfaceRequest(name);
    request.writeUInt16LE(IFF_UP | IFF_RUNNING, IFREQ_UNION);
    check(`raise ${name}`, libc().ioctl(control, SIOCSIFFLAGS, request));
  });
}

/** The number that AF_PACKET addresses an interface by. */
export function interfaceIndex(name: string): number {
  const request = interfaceRequest(name);
  withControlSocket((control) => check(`index of ${name}`, libc().ioctl(control, SIOCGIFINDEX, request)));
  return request.readInt32LE(IFREQ_UNION);
}

/** Keeps router solicitations and multicast reports off the wire: the board speaks IPv4 only. */
export function silenceIpv6(name: string): void {
  try {
    writeFileSync(`/proc/sys/net/ipv6/conf/${name}/disable_ipv6`, '1');
  } catch {
    // Without IPv6 in the kernel, or with /proc read-only, there is nothing to silence or it does no harm.
  }
}

function withControlSocket(use: (fd: number) => void): void {
  const fd = check('socket', libc().socket(AF_INET, SOCK_DGRAM, 0));
  try {
    use(fd);
  } finally {
    libc().close(fd);
  }
}
