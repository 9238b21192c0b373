import fc from 'fast-check';
import { expect, it } from 'vitest';
import { VirtualClock } from '../../../tools/virtual-board/clock.ts';
import type { DeviceHeap } from '../../../tools/virtual-board/heap.ts';
import { findProfile } from '../../../tools/virtual-board/profiles/index.ts';
import { seededRandom } from '../../../tools/virtual-board/random.ts';
import { parseAddress } from '../../../tools/virtual-board/tcpip/address.ts';
import { Err } from '../../../tools/virtual-board/tcpip/errors.ts';
import { TcpIp } from '../../../tools/virtual-board/tcpip/stack.ts';
import { encodeFrame } from '../../reference/scenarios/wire-format.ts';

const OWN = parseAddress('192.168.100.99') ?? 0;
const PEER = parseAddress('192.168.100.50') ?? 0;
const MAC = Uint8Array.from([2, 0, 0, 0, 0, 99]);
const ARENA = 12_000;
/** Longer than any state lasts without a peer. */
const FOREVER_MS = 2_000_000;

/** Counts what is reserved; refuses beyond the arena. */
function countingHeap(): DeviceHeap & { used: () => number } {
  let used = 0;
  return {
    free: () => ARENA - used,
    reserve: (bytes) => {
      if (used + bytes > ARENA) return 0;
      used += bytes;
      return bytes;
    },
    release: (charged) => {
      used -= charged;
    },
    used: () => used,
  };
}

const segments = fc.array(
  fc.record({
    port: fc.integer({ min: 1000, max: 1003 }),
    flags: fc.constantFrom('S', 'A', 'A', 'A', 'PA', 'PA', 'FA', 'R', 'RA', 'SA', 'SF', 'F', 'SFRPA', ''),
    sequence: fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.integer()),
    /** Relative to what the stack sent last. */
    ack: fc.oneof(fc.constant(0), fc.integer({ min: -3000, max: 3000 })),
    window: fc.constantFrom(0, 1, 100, 1460, 65_535),
    mss: fc.constantFrom(undefined, 0, 1, 100, 1460, 65_535),
    length: fc.constantFrom(0, 0, 1, 100, 1460),
    waitMs: fc.constantFrom(0, 1, 200, 3000),
    act: fc.constantFrom('', '', 'write', 'close', 'abort', 'shutdown'),
  }),
  { maxLength: 60 },
);

it.each(['nodemcu-3.0', 'nodemcu-2016', 'correct'])(
  'no sequence of segments and calls makes a %s stack throw, or keeps its heap',
  (name) => {
    fc.assert(
      fc.property(segments, (steps) => {
        const clock = new VirtualClock();
        const heap = countingHeap();
        const lastSent = new Map<number, number>();
        const { tcp, heap: memory } = findProfile(name);
        const stack = new TcpIp({
          ...{ clock, random: seededRandom(1), mac: MAC, tcp, heap, memory },
          link: {
            send: (frame) => {
              const view = Buffer.from(frame);
              if (view.readUInt16BE(12) === 0x0800) lastSent.set(view.readUInt16BE(36), view.readUInt32BE(38));
            },
            onFrame: () => undefined,
            close: () => undefined,
          },
        });
        stack.setAddress(OWN, parseAddress('255.255.255.0') ?? 0, 0);
        const listener = stack.listen(0, 80, {
          accepted: () => Err.ok,
          connected: () => Err.ok,
          received: (pcb, chunks) => {
            if (!chunks) return stack.close(pcb);
            stack.recved(pcb, 700);
            return Err.ok;
          },
          sent: () => Err.ok,
          failed: () => undefined,
        });
        const idle = heap.used();
        for (const { port, flags, sequence, ack, window, mss, length, waitMs, act } of steps) {
          const acknowledgment = ((lastSent.get(port) ?? 0) + 1 + ack) >>> 0;
          const segment = { sourcePort: port, destinationPort: 80, sequence: sequence >>> 0, acknowledgment, flags };
          const endpoints = { mac: MAC, peerMac: MAC, address: PEER, peerAddress: OWN };
          stack.receive(encodeFrame(endpoints, { ...segment, window, mss, data: new Uint8Array(length) }, false));
          const pcb = stack.tcp.active.first;
          if (pcb && act === 'write') stack.write(pcb, new Uint8Array(700));
          if (pcb && act === 'close') stack.close(pcb);
          if (pcb && act === 'abort') stack.abort(pcb);
          if (pcb && act === 'shutdown') stack.shutdownWrite(pcb);
          clock.runUntil(clock.now() + waitMs);
        }
        for (let pcb = stack.tcp.active.first; pcb; pcb = stack.tcp.active.first) stack.abort(pcb);
        clock.runUntil(clock.now() + FOREVER_MS);
        expect(typeof listener).toBe('object');
        expect(stack.pcbs()).toEqual({});
        expect(heap.used()).toBe(idle);
      }),
      { numRuns: 150, seed: 7 },
    );
  },
);
