import type { DnsQuirks } from '../tcpip/dns.ts';
import type { RadioTiming } from '../wire/chip-radio.ts';
import type { TcpProfile } from './tcp-profile.ts';

/** One system as data. Every number says where it comes from; deviations from the standards are named quirks. */
export interface BoardProfile {
  readonly name: string;
  /** One line for people. */
  readonly title: string;
  /** What follows "NodeMCU " in the line that the firmware prints at boot. */
  readonly release: string;
  readonly tcp: TcpProfile;
  readonly net: NetProfile;
  readonly heap: HeapProfile;
  readonly lua?: LuaProfile;
  readonly speed: SpeedProfile;
}

/** Behaviour of the firmware's `net` module. */
export interface NetProfile {
  /** `lwip`: NodeMCU since 3.0 talks to lwIP itself. `espconn`: earlier releases go through Espressif's layer. */
  readonly api: 'lwip' | 'espconn';
  /** Heap that a connection takes beside its pcb and Lua object, bytes of payload. */
  readonly connectionSize: number;
  readonly quirks: NetQuirks;
}

/** Firmware bugs that were seen to execute (facts A to D); each can be switched off alone. */
interface NetQuirks extends DnsQuirks {
  /** A. The client's FIN after a local close is acknowledged only when it is repeated. */
  withheldFinAck: boolean;
  /** B. lwIP keeps pointing at the closed Lua object; whatever comes to lie there gets its events. */
  staleSocket: boolean;
  /** C. A finalizer that runs while the registry grows corrupts the heap. */
  registryCorruption: boolean;
  /** D. After an error that node.setonerror survived, new connections get a wrong object. */
  brokenAfterError: boolean;
  /**
   * Defect A of 2016. At each disconnect, with this many pcbs in TIME_WAIT, or in FIN_WAIT and LAST_ACK, the oldest of
   * each kind is freed without a word; also the one that has just sent its FIN. 0 = never.
   */
  killsOldestAt: number;
  /** The rest of that defect: not only TIME_WAIT is freed then, but also FIN_WAIT_1, FIN_WAIT_2 and LAST_ACK. */
  killsClosing: boolean;
}

interface HeapProfile {
  /** Bytes of the chip's heap, before Lua starts. */
  readonly arena: number;
  /** What the Lua state and the firmware around it hold when init.lua starts. */
  readonly luaAtBoot: number;
  /** Cost of a block beyond its payload, and the multiple it is rounded up to. */
  readonly blockOverhead: number;
  readonly blockAlign: number;
  /** A block that would shrink by this or less keeps its size. */
  readonly leastSplit: number;
  /** Payload of a TCP control block, a segment descriptor, and of a packet buffer without its data. */
  readonly pcb: number;
  readonly listener: number;
  readonly segment: number;
  readonly packetBuffer: number;
}

interface LuaProfile {
  /**
   * How a C function takes a number for an integer. Silicon truncates; firmware built for a 32-bit PC rounds to the
   * nearest even (firmware: app/lua/luaconf.h, lua_number2int).
   */
  readonly integerConversion: 'truncate' | 'nearest';
  /** What a plain `char` of C is: unsigned on silicon, signed on a PC. */
  readonly chars: 'signed' | 'unsigned';
}

/** How slow the chip is; counts in `speed: 'chip'`, and in the patience of the watchdog always. */
interface SpeedProfile {
  /** Microseconds of CPU time per instruction of Lua's virtual machine. */
  readonly instructionUs: number;
  /** Microseconds from an event (timer, frame, serial line) to its callback. */
  readonly callbackUs: number;
  readonly radio: RadioTiming;
}
