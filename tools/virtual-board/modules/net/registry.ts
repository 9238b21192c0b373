import { EgcMode } from '../../lua/lua-heap.ts';
import type { TcpIp } from '../../tcpip/stack.ts';
import { State } from '../../tcpip/tcp-state.ts';
import type { ModuleHost } from '../host.ts';

/** References that the net module takes in Lua's registry. */
export interface NetRegistry {
  /** Pops a value and keeps it. */
  ref(): number;
  /** A finalizer has given references back. */
  finalized(): void;
}

/** Seen with three clients at once and more, in about one load of eight (recorded loads of the real firmware). */
const LEAST_CONNECTIONS = 3;
const PROBABILITY = 1 / 8;

/**
 * Bug C. The collector mode that is in force at boot collects before every allocation, also inside the one that makes
 * the registry grow; a finalizer that then gives a reference back writes into the half-moved table, and the chip
 * crashes. When exactly depends on the heap's layout; here it is left to chance whether a growth with several
 * connections and a dead socket waiting for its finalizer does it.
 */
export function createNetRegistry(host: ModuleHost, stack: TcpIp): NetRegistry {
  const { lua, heap, profile } = host;
  let finalizers = 0;

  function ref(): number {
    if (!profile.net.quirks.registryCorruption || heap.mode !== EgcMode.always) return lua.ref();
    const before = heap.used();
    const reference = lua.ref();
    if (heap.used() > before) collectInsideGrowth();
    return reference;
  }

  function collectInsideGrowth(): void {
    const connections = stack.tcp.counts[State.established] ?? 0;
    if (connections < LEAST_CONNECTIONS || host.random() >= PROBABILITY) return;
    const before = finalizers;
    lua.collect();
    if (finalizers > before) host.restart('exception');
  }

  return {
    ref,
    finalized() {
      finalizers++;
    },
  };
}
