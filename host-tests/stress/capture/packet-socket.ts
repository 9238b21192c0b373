import { getSystemErrorName } from 'node:util';
import koffi from 'koffi';
import type { FrameSource, OnFrame } from './frame-source.ts';

// Linux UAPI: linux/if_packet.h, linux/if_ether.h; packet(7).
const AF_PACKET = 17;
const SOCK_RAW = 3;
const ETH_P_ALL_BE = 0x0300;
const SOL_PACKET = 263;
const PACKET_RX_RING = 5;
const PACKET_STATISTICS = 6;
const PACKET_VERSION = 10;
const PACKET_IGNORE_OUTGOING = 23;
const TPACKET_V2 = 1;
const TP_STATUS_KERNEL = 0;
const PACKET_OUTGOING = 4;
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
/** Offsets in struct tpacket2_hdr, and of sll_pkttype in the sockaddr_ll behind it. */
const AT = { status: 0, snaplen: 8, mac: 12, seconds: 16, nanoseconds: 20, packetType: 32 + 10 };

/** 256 bytes hold every header; 32 768 frames are a fifth of a second at full rate. */
const FRAME_SIZE = 256;
const BLOCK_SIZE = 1 << 20;
const RING_SIZE = 8 * BLOCK_SIZE;
const DRAIN_MS = 10;
const LOOPBACK = 'lo';

interface Libc {
  socket: (domain: number, type: number, protocol: number) => number;
  setsockopt: (fd: number, level: number, name: number, value: Buffer, length: number) => number;
  getsockopt: (fd: number, level: number, name: number, value: Buffer, length: Int32Array) => number;
  bind: (fd: number, address: Buffer, length: number) => number;
  mmap: (address: null, length: number, protection: number, flags: number, fd: number, offset: number) => unknown;
  munmap: (address: unknown, length: number) => number;
  close: (fd: number) => number;
  if_nametoindex: (name: string) => number;
}

function loadLibc(): Libc {
  const lib = koffi.load('libc.so.6');
  return {
    socket: lib.func('int socket(int, int, int)'),
    setsockopt: lib.func('int setsockopt(int, int, int, void *, uint32_t)'),
    getsockopt: lib.func('int getsockopt(int, int, int, _Out_ void *, _Inout_ int *)'),
    bind: lib.func('int bind(int, void *, uint32_t)'),
    mmap: lib.func('void *mmap(void *, size_t, int, int, int, long)'),
    munmap: lib.func('int munmap(void *, size_t)'),
    close: lib.func('int close(int)'),
    if_nametoindex: lib.func('uint32_t if_nametoindex(const char *)'),
  };
}

function fail(what: string): never {
  throw new Error(`${what}: ${getSystemErrorName(-koffi.errno())}`);
}

function openSocket(libc: Libc, interfaceName: string): number {
  const index = libc.if_nametoindex(interfaceName);
  if (index === 0) throw new Error(`no interface ${interfaceName}`);
  const fd = libc.socket(AF_PACKET, SOCK_RAW, 0);
  if (fd < 0) fail('no permission to open a packet socket');
  const version = Buffer.alloc(4);
  version.writeInt32LE(TPACKET_V2);
  if (libc.setsockopt(fd, SOL_PACKET, PACKET_VERSION, version, 4) < 0) fail('PACKET_VERSION');
  const ring = Buffer.alloc(16);
  ring.writeUInt32LE(BLOCK_SIZE, 0);
  ring.writeUInt32LE(RING_SIZE / BLOCK_SIZE, 4);
  ring.writeUInt32LE(FRAME_SIZE, 8);
  ring.writeUInt32LE(RING_SIZE / FRAME_SIZE, 12);
  if (libc.setsockopt(fd, SOL_PACKET, PACKET_RX_RING, ring, 16) < 0) fail('PACKET_RX_RING');
  const address = Buffer.alloc(20);
  // Linux before 4.20 does not know this; what leaves is then left out below.
  if (interfaceName === LOOPBACK) libc.setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, Buffer.from([1, 0, 0, 0]), 4);
  address.writeUInt16LE(AF_PACKET, 0);
  address.writeUInt16LE(ETH_P_ALL_BE, 2);
  address.writeInt32LE(index, 4);
  if (libc.bind(fd, address, address.length) < 0) fail(`bind to ${interfaceName}`);
  return fd;
}

/**
 * Captures on one interface through a packet socket with a memory-mapped ring (TPACKET_V2), with the kernel's own time
 * stamps. Linux only; needs CAP_NET_RAW, which root of a namespace of its own has. Throws when it may not.
 */
export function openPacketSocket(interfaceName: string, onFrame: OnFrame): FrameSource {
  if (process.platform !== 'linux') throw new Error('packet sockets exist on Linux only');
  const libc = loadLibc();
  const fd = openSocket(libc, interfaceName);
  const pointer = libc.mmap(null, RING_SIZE, PROT_READ_WRITE, MAP_SHARED, fd, 0);
  const memory = koffi.view(pointer, RING_SIZE);
  const bytes = new Uint8Array(memory);
  const view = new DataView(memory);
  const isLoopback = interfaceName === LOOPBACK;
  let slot = 0;
  let drops = 0;

  const drain = (): void => {
    for (
      let at = slot * FRAME_SIZE;
      view.getUint32(at + AT.status, true) !== TP_STATUS_KERNEL;
      at = slot * FRAME_SIZE
    ) {
      // Loopback shows each frame leaving and arriving; one of the two is enough.
      if (!isLoopback || bytes[at + AT.packetType] !== PACKET_OUTGOING) {
        const start = at + view.getUint16(at + AT.mac, true);
        const t = view.getUint32(at + AT.seconds, true) * 1000 + view.getUint32(at + AT.nanoseconds, true) / 1e6;
        onFrame(bytes.subarray(start, start + view.getUint32(at + AT.snaplen, true)), t);
      }
      view.setUint32(at + AT.status, TP_STATUS_KERNEL, true);
      slot = (slot + 1) % (RING_SIZE / FRAME_SIZE);
    }
  };
  const countDrops = (): void => {
    const statistics = Buffer.alloc(8);
    libc.getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, statistics, Int32Array.of(8));
    drops += statistics.readUInt32LE(4);
  };
  const timer = setInterval(drain, DRAIN_MS);
  return {
    name: `packet socket on ${interfaceName}`,
    drops: () => drops,
    close: () => {
      clearInterval(timer);
      drain();
      countDrops();
      libc.munmap(pointer, RING_SIZE);
      libc.close(fd);
      return Promise.resolve();
    },
  };
}
