import { VirtualClock } from '../../../tools/virtual-board/clock.ts';
import type { DeviceHeap } from '../../../tools/virtual-board/heap.ts';
import type { TcpProfile } from '../../../tools/virtual-board/profiles/tcp-profile.ts';
import { seededRandom, type Random } from '../../../tools/virtual-board/random.ts';
import { parseAddress } from '../../../tools/virtual-board/tcpip/address.ts';
import { ask } from '../../../tools/virtual-board/tcpip/arp.ts';
import { TcpIp } from '../../../tools/virtual-board/tcpip/stack.ts';
import type { TcpMemory } from '../../../tools/virtual-board/tcpip/tcp.ts';
import { ObservedLink } from '../../../tools/virtual-board/wire/capture.ts';
import { delay } from '../../../tools/virtual-board/wire/faults/delay.ts';
import { withFault } from '../../../tools/virtual-board/wire/faults/stage.ts';
import type { Link } from '../../../tools/virtual-board/wire/link.ts';
import { createWire } from '../../../tools/virtual-board/wire/wire.ts';
import type { AckPolicy } from '../peer/linux-connection.ts';
import { BOARD, LAPTOP, LinuxHost } from '../peer/linux-host.ts';

const MASK = parseAddress('255.255.255.0') ?? 0;
const MAC = Uint8Array.from([2, 0, 0, 0, 0, 99]);
/** Time for both sides to learn each other's MAC address: packets that wait for it would be few, and late. */
const WARM_MS = 10;

export interface BenchOptions {
  seed: number;
  tcp: TcpProfile;
  oneWayMs: number;
  /** What lies between the wire and the stack: a driver with few buffers, for example. */
  driver?: (link: Link, clock: VirtualClock) => Link;
  policy?: AckPolicy;
  heap?: DeviceHeap;
  memory?: TcpMemory;
}

/** The TCP of a profile, without Lua, and a computer at the other end of a wire; in virtual time. */
export interface StackBench {
  clock: VirtualClock;
  random: Random;
  device: TcpIp;
  computer: LinuxHost;
  /** The wire at the device, for captures. */
  wire: ObservedLink;
}

export function stackBench({ seed, tcp, oneWayMs, driver, policy, heap, memory }: BenchOptions): StackBench {
  const clock = new VirtualClock();
  const random = seededRandom(seed);
  const [deviceEnd, computerEnd] = createWire(clock);
  const wire = new ObservedLink(withFault(deviceEnd, delay(oneWayMs), { clock, random }));
  const device = new TcpIp({
    clock,
    random,
    link: driver ? driver(wire, clock) : wire,
    mac: MAC,
    tcp,
    ...(heap && { heap }),
    ...(memory && { memory }),
  });
  const computer = new LinuxHost({ clock, random, link: computerEnd, ...(policy && { policy }) });
  device.setAddress(BOARD, MASK, 0);
  ask(device.netif, LAPTOP);
  clock.runUntil(WARM_MS);
  return { clock, random, device, computer, wire };
}
