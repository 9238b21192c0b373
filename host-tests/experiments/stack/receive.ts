import type { TcpProfile } from '../../../tools/virtual-board/profiles/tcp-profile.ts';
import type { StackLoad } from '../experiment.ts';
import { NOTHING_OBSERVED, type Observation } from '../observation.ts';
import { RenoSender } from '../peer/reno-sender.ts';
import { stackBench } from './bench.ts';
import { BufferPool } from './buffer-pool.ts';
import { SlowReader } from './slow-reader.ts';
import type { WatchWire } from './watch.ts';

type ReceiveLoad = Extract<StackLoad, { kind: 'receive' }>;

const PORT = 9003;
const MSS = 1460;
const FIRST_SENDER_PORT = 40_000;

/** Several senders, few receive buffers: what the application has taken when the time is over. */
export function observeReceive(tcp: TcpProfile, load: ReceiveLoad, seed: number, watch: WatchWire): Observation {
  const { senders, buffers, windowMss, bufferMs, roundTripMs, durationMs } = load;
  let driver: { reader: SlowReader; pool: BufferPool } | undefined;
  const { clock, random, device, computer, wire } = stackBench({
    seed,
    tcp: { ...tcp, window: windowMss * MSS },
    oneWayMs: roundTripMs / 2,
    driver: (link, driverClock) => {
      const reader = new SlowReader(driverClock, bufferMs);
      driver = { reader, pool: new BufferPool(link, buffers, () => reader.held()) };
      return driver.pool;
    },
  });
  if (!driver) return NOTHING_OBSERVED;
  const { reader, pool } = driver;
  watch(wire, clock);
  reader.listen(device, PORT);
  const all = Array.from({ length: senders }, (_, index) =>
    computer.attach(FIRST_SENDER_PORT + index, PORT, (send) => {
      return new RenoSender({ clock, send, mss: MSS, start: Math.floor(random() * 2 ** 32) });
    }),
  );
  clock.runUntil(clock.now() + durationMs);
  const sum = (read: (sender: RenoSender) => number): number => all.reduce((total, sender) => total + read(sender), 0);
  return {
    ...NOTHING_OBSERVED,
    measures: {
      rate: reader.taken / durationMs,
      drops: pool.drops,
      mostBuffers: pool.most,
      retransmissions: sum((sender) => sender.retransmissions),
      timeouts: sum((sender) => sender.timeouts),
    },
    elapsedMs: durationMs,
  };
}
