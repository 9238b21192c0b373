import type { TcpProfile } from '../../../tools/virtual-board/profiles/tcp-profile.ts';
import { Err } from '../../../tools/virtual-board/tcpip/errors.ts';
import type { Pcb, TcpEvents } from '../../../tools/virtual-board/tcpip/pcb.ts';
import type { TcpIp } from '../../../tools/virtual-board/tcpip/stack.ts';
import type { StackLoad } from '../experiment.ts';
import { NOTHING_OBSERVED, type Observation } from '../observation.ts';
import { ACK_AT_ONCE } from '../peer/linux-connection.ts';
import { LAPTOP } from '../peer/linux-host.ts';
import { stackBench } from './bench.ts';
import { SharedPool } from './shared-pool.ts';
import type { WatchWire } from './watch.ts';

type SendLoad = Extract<StackLoad, { kind: 'send' }>;

const PORT = 9000;
const MSS = 1460;
const SEGMENT = new Uint8Array(MSS);
/** A quick link, so that what waits is the CPU. */
const ONE_WAY_MS = 0.5;
/** RFC 9293 section 3.8.6.3: every second segment at once; Linux's usual delay for others. */
const DELAYED_ACK = { every: 2, delayMs: 40 };

/** A device that sends on several connections as fast as its window lets it: what is in flight, and how many buffers. */
export function observeSend(tcp: TcpProfile, load: SendLoad, seed: number, watch: WatchWire): Observation {
  const pcbs: Pcb[] = [];
  let mostInFlight = 0;
  let pool: SharedPool | undefined;
  const { clock, device, computer, wire } = stackBench({
    seed,
    tcp: { ...tcp, sendBuffer: load.window, sendQueue: 2 * Math.ceil(load.window / MSS) },
    oneWayMs: ONE_WAY_MS,
    policy: load.delayedAck ? DELAYED_ACK : ACK_AT_ONCE,
    driver: (link, driverClock) => {
      const sending = (): number => {
        mostInFlight = Math.max(mostInFlight, ...pcbs.map(({ sndNxt, sndUna }) => (sndNxt - sndUna) | 0));
        return pcbs.reduce((sum, { unacked, unsent }) => sum + unacked.length + unsent.length, 0);
      };
      pool = new SharedPool(link, { clock: driverClock, buffers: load.buffers, frameMs: load.frameMs, sending });
      return pool;
    },
  });
  watch(wire, clock);
  let received = 0;
  const ignore = (): void => undefined;
  computer.listen(PORT, {
    opened: ignore,
    received: (_, { length }) => (received += length),
    ended: ignore,
    gone: ignore,
  });
  const fill = (pcb: Pcb): Err => {
    while (pcb.sendSpace >= MSS && device.write(pcb, SEGMENT) === Err.ok);
    device.output(pcb);
    return Err.ok;
  };
  for (let index = 0; index < load.sockets; index++) {
    const pcb = connect(device, fill);
    if (pcb) pcbs.push(pcb);
  }
  clock.runUntil(clock.now() + load.durationMs);
  return {
    ...NOTHING_OBSERVED,
    measures: {
      inFlight: mostInFlight,
      mostBuffers: pool?.most ?? 0,
      lostAcks: pool?.drops ?? 0,
      rate: received / load.durationMs,
    },
    elapsedMs: load.durationMs,
  };
}

function connect(device: TcpIp, fill: (pcb: Pcb) => Err): Pcb | undefined {
  const events: TcpEvents = {
    accepted: () => Err.ok,
    connected: fill,
    received: () => Err.ok,
    sent: fill,
    failed: () => undefined,
  };
  const pcb = device.createPcb(events);
  if (pcb) device.connect(pcb, LAPTOP, PORT);
  return pcb;
}
