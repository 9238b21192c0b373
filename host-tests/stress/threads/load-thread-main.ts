import { parentPort, workerData } from 'node:worker_threads';
import { seededRandom } from '../../../tools/virtual-board/random.ts';
import { LocalPorts, type PortRange } from '../client/local-ports.ts';
import type { Target } from '../client/slot.ts';
import type { Step } from '../schedule/ladder.ts';
import { runStep, type StepEnd } from '../schedule/step-runner.ts';
import { BatchWriter, type ExchangeBatch } from './exchange-batch.ts';

/** What a thread that opens connections is started with. */
export interface LoadThreadData {
  target: Target;
  deadlineMs: number;
  seed: number;
  part: { index: number; count: number };
  addresses: readonly string[];
  range: PortRange;
  /** `performance.timeOrigin` of the thread that wants to know. */
  timeOrigin: number;
}

export type ToLoadThread = { type: 'step'; step: Step; choosesPorts: boolean; readsPorts: boolean } | { type: 'stop' };

export type FromLoadThread =
  { type: 'ready' } | { type: 'exchanges'; batch: ExchangeBatch } | { type: 'end'; end: StepEnd; utilization: number };

const FLUSH_MS = 50;

const { target, deadlineMs, seed, part, addresses, range, timeOrigin } = workerData as LoadThreadData;
const send = (message: FromLoadThread): void => parentPort?.postMessage(message);
const random = seededRandom(seed + part.index);
const ports = new LocalPorts(addresses, range, random);
const writer = new BatchWriter(addresses, performance.timeOrigin - timeOrigin, (batch) =>
  send({ type: 'exchanges', batch }),
);
let stop = new AbortController();

// Bytes that were passed between threads are no Buffers any more.
const ownTarget: Target = {
  ...target,
  request: Buffer.from(target.request),
  keepAliveRequest: Buffer.from(target.keepAliveRequest),
};

parentPort?.on('message', (message: ToLoadThread) => {
  if (message.type === 'stop') stop.abort();
  else void take(message);
});
send({ type: 'ready' });

async function take({ step, choosesPorts, readsPorts }: ToLoadThread & { type: 'step' }): Promise<void> {
  stop = new AbortController();
  const flush = setInterval(() => writer.flush(), FLUSH_MS);
  const loop = performance.eventLoopUtilization();
  const end = await runStep({
    target: ownTarget,
    step,
    deadlineMs,
    part,
    readsPorts,
    random,
    signal: stop.signal,
    ...(choosesPorts && { ports }),
    onExchange: (exchange) => writer.add(exchange),
  });
  clearInterval(flush);
  writer.flush();
  send({ type: 'end', end, utilization: performance.eventLoopUtilization(loop).utilization });
}
