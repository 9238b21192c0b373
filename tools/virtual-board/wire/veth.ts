import { check, libc } from './libc.ts';

// linux/netlink.h, linux/rtnetlink.h, linux/if_link.h, linux/veth.h
const AF_NETLINK = 16;
const SOCK_RAW = 3;
const NETLINK_ROUTE = 0;
const NLMSG_ERROR = 2;
const RTM_NEWLINK = 16;
const NLM_F_REQUEST = 0x001;
const NLM_F_ACK = 0x004;
const NLM_F_EXCL = 0x200;
const NLM_F_CREATE = 0x400;
const IFLA_IFNAME = 3;
const IFLA_LINKINFO = 18;
const IFLA_INFO_KIND = 1;
const IFLA_INFO_DATA = 2;
const VETH_INFO_PEER = 1;

const MESSAGE_HEADER = 16;
const IFINFOMSG = 16;

/** Makes two Ethernet interfaces joined by a cable in the current network namespace, both down. Needs CAP_NET_ADMIN. */
export function createVethPair(name: string, peer: string): void {
  const linkInfo = attribute(IFLA_LINKINFO, [
    attribute(IFLA_INFO_KIND, [Buffer.from('veth')]),
    attribute(IFLA_INFO_DATA, [attribute(VETH_INFO_PEER, [Buffer.alloc(IFINFOMSG), nameAttribute(peer)])]),
  ]);
  request(
    RTM_NEWLINK,
    NLM_F_CREATE | NLM_F_EXCL,
    Buffer.concat([Buffer.alloc(IFINFOMSG), nameAttribute(name), linkInfo]),
  );
}

const nameAttribute = (name: string): Buffer => attribute(IFLA_IFNAME, [Buffer.from(`${name}\0`)]);

function attribute(type: number, parts: readonly Uint8Array[]): Buffer {
  const value = Buffer.concat(parts);
  const whole = Buffer.alloc((4 + value.length + 3) & ~3);
  whole.writeUInt16LE(4 + value.length, 0);
  whole.writeUInt16LE(type, 2);
  value.copy(whole, 4);
  return whole;
}

/** Sends one request and waits for its acknowledgement, which the kernel gives at once. */
function request(type: number, flags: number, payload: Buffer): void {
  const c = libc();
  const fd = check('socket(AF_NETLINK)', c.socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
  try {
    const message = Buffer.concat([Buffer.alloc(MESSAGE_HEADER), payload]);
    message.writeUInt32LE(message.length, 0);
    message.writeUInt16LE(type, 4);
    message.writeUInt16LE(NLM_F_REQUEST | NLM_F_ACK | flags, 6);
    check('netlink request', c.send(fd, message, message.length, 0));
    const answer = Buffer.alloc(4096);
    check('netlink answer', c.read(fd, answer, answer.length));
    const error = answer.readUInt16LE(4) === NLMSG_ERROR ? answer.readInt32LE(MESSAGE_HEADER) : 0;
    check('veth', error, -error);
  } finally {
    c.close(fd);
  }
}
