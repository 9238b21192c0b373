import type { DeviceHeap } from '../../../tools/virtual-board/heap.ts';
import type { BoardProfile } from '../../../tools/virtual-board/profiles/profile.ts';
import { Err } from '../../../tools/virtual-board/tcpip/errors.ts';
import type { TcpEvents } from '../../../tools/virtual-board/tcpip/pcb.ts';
import type { StackLoad } from '../experiment.ts';
import { NOTHING_OBSERVED, type Observation, type Sample } from '../observation.ts';
import { LAPTOP } from '../peer/linux-host.ts';
import { stackBench } from './bench.ts';
import type { WatchWire } from './watch.ts';

type ShortConnections = Extract<StackLoad, { kind: 'short-connections' }>;

const PORT = 9000;
const MESSAGE = new TextEncoder().encode('temperature\n');
const SAMPLE_MS = 10;

/** A heap that holds nothing but what TCP takes. */
class PlainHeap implements DeviceHeap {
  lowest: number;
  #free: number;
  readonly #overhead: number;
  readonly #align: number;

  constructor(bytes: number, { blockOverhead, blockAlign }: BoardProfile['heap']) {
    this.#free = bytes;
    this.lowest = bytes;
    this.#overhead = blockOverhead;
    this.#align = blockAlign;
  }

  free(): number {
    return this.#free;
  }

  reserve(bytes: number): number {
    const charged = Math.ceil((bytes + this.#overhead) / this.#align) * this.#align;
    if (charged > this.#free) return 0;
    this.#free -= charged;
    this.lowest = Math.min(this.lowest, this.#free);
    return charged;
  }

  release(charged: number): void {
    this.#free += charged;
  }
}

/** The device of the mailing list by the raw API: connects, sends, closes; without heap it can do nothing but wait. */
export function observeShortConnections(
  profile: BoardProfile,
  { everyMs, durationMs, heapBytes }: ShortConnections,
  seed: number,
  watch: WatchWire,
): Observation {
  const heap = new PlainHeap(heapBytes, profile.heap);
  const { clock, device, computer, wire } = stackBench({
    seed,
    tcp: profile.tcp,
    oneWayMs: 0,
    heap,
    memory: profile.heap,
  });
  watch(wire, clock);
  let served = 0;
  computer.listen(PORT, {
    opened: () => undefined,
    received: () => served++,
    ended: (connection) => connection.close(),
    gone: () => undefined,
  });
  const events: TcpEvents = {
    accepted: () => Err.ok,
    connected: (pcb) => {
      // A constant is sent from where it lies, without a buffer of a whole segment (lwIP: tcp_write without copying).
      pcb.mss = MESSAGE.length;
      if (device.write(pcb, MESSAGE) !== Err.ok) device.abort(pcb);
      else if (device.close(pcb) !== Err.ok) device.abort(pcb);
      return Err.ok;
    },
    received: (pcb, chunks) => {
      if (!chunks) device.close(pcb);
      return Err.ok;
    },
    sent: () => Err.ok,
    failed: () => undefined,
  };
  const began = clock.now();
  let refused = 0;
  let firstRefusalMs = Infinity;
  const samples: Sample[] = [];
  for (let at = 0; at < durationMs; at += everyMs) {
    clock.after(at, () => {
      const pcb = device.createPcb(events);
      if (pcb && device.connect(pcb, LAPTOP, PORT) === Err.ok) return;
      if (pcb) device.abort(pcb);
      refused++;
      firstRefusalMs = Math.min(firstRefusalMs, clock.now() - began);
    });
  }
  for (let at = 0; at <= durationMs; at += SAMPLE_MS) {
    clock.runUntil(began + at);
    samples.push({ t: at, heap: heap.free(), pcbs: device.pcbs() });
  }
  return {
    ...NOTHING_OBSERVED,
    served,
    heapAtStart: heapBytes,
    heapAtEnd: heap.free(),
    samples,
    measures: { refused, firstRefusalMs, lowestHeap: heap.lowest },
    elapsedMs: durationMs,
  };
}
