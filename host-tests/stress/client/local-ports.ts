import { readFileSync, writeFileSync } from 'node:fs';
import { isInsideNamespace } from '../../../tools/virtual-board/wire/namespace.ts';
import type { Random } from '../../../tools/virtual-board/random.ts';
import type { LocalEnd } from './connection.ts';
import type { Mix } from './style.ts';

const RANGE_FILE = '/proc/sys/net/ipv4/ip_local_port_range';
/** Linux keeps TIME_WAIT for 60 s (net/tcp.h), but lets loopback use such a port again after a second (tcp_tw_reuse). */
const TIME_WAIT_MS = 61_000;
const LOOPBACK_MS = 3000;
/** As many jumps lead once around all ports. */
const JUMPS = 16;

/** Ports that a client may bind; `last` included. */
export interface PortRange {
  first: number;
  last: number;
}

/**
 * The ports for connections of our own choice: those that the system would choose from, and nearly all of them where
 * the network namespace is ours.
 */
export function portRange(): PortRange {
  try {
    if (isInsideNamespace()) writeFileSync(RANGE_FILE, '1024 65535');
    const [first = 32_768, last = 60_999] = readFileSync(RANGE_FILE, 'utf8').trim().split(/\s+/).map(Number);
    return { first, last };
  } catch {
    // What Linux and IANA agree on where the file is not there or not ours to read.
    return { first: 49_152, last: 60_999 };
  }
}

/**
 * Local ends in rotation, all ports of one address and then of the next, so that each rests as long as can be. A
 * client that closes first keeps its port in TIME_WAIT: ports that the system chooses bear 235 such connections a
 * second for ever and then make `connect` itself slow (0.03 to 4.9 ms at connection 14 117), rotating ones 470.
 */
export class LocalPorts {
  readonly #addresses: readonly string[];
  readonly #range: PortRange;
  readonly #restMs: number;
  /** When each end was last given out, `performance.now()` ms. */
  readonly #usedAt: Float64Array;
  #next: number;

  /** `random` decides where to begin, since another run may have left the first ports in TIME_WAIT. */
  constructor(addresses: readonly string[], range: PortRange, random: Random) {
    this.#addresses = addresses;
    this.#range = range;
    this.#restMs = addresses.every((address) => address.startsWith('127.')) ? LOOPBACK_MS : TIME_WAIT_MS;
    this.#usedAt = new Float64Array(addresses.length * (range.last - range.first + 1)).fill(-Infinity);
    this.#next = Math.floor(random() * this.capacity);
  }

  /** Connections that fit in one TIME_WAIT. */
  get capacity(): number {
    return this.#usedAt.length;
  }

  /** Whether there is an end that cannot be in TIME_WAIT any more. */
  hasRested(now: number): boolean {
    return now - (this.#usedAt[this.#next] ?? 0) >= this.#restMs;
  }

  /**
   * The end that has rested longest; undefined when it may still be in TIME_WAIT. `again`: the last one was taken, as
   * those beside it may be, so that this one is far from it.
   */
  next(now: number, again = false): LocalEnd | undefined {
    if (again) this.#next = (this.#next + Math.floor(this.capacity / JUMPS)) % this.capacity;
    if (!this.hasRested(now)) return undefined;
    const index = this.#next;
    this.#usedAt[index] = now;
    this.#next = (index + 1) % this.capacity;
    const perAddress = this.#range.last - this.#range.first + 1;
    return {
      address: this.#addresses[Math.floor(index / perAddress)] ?? '',
      port: this.#range.first + (index % perAddress),
    };
  }
}

/** Whether clients of this mix leave TIME_WAIT on their own side. */
export const closesFirst = ({ parts }: Mix): boolean => parts.some(({ style }) => style.close === 'first');
