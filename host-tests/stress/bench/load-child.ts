// One measured step in a process of its own. The argument is a `LoadOrder` as JSON; prints a `LoadResult` as JSON.
import { parseMix } from '../client/style.ts';
import type { Latency } from '../report/stress-report.ts';
import { StepTally } from '../report/tally.ts';
import { seededRandom } from '../../../tools/virtual-board/random.ts';
import { LocalPorts } from '../client/local-ports.ts';
import { parseLoad } from '../schedule/load.ts';
import { ThisThread, type Loader } from '../schedule/loader.ts';
import { LoadThreads } from '../threads/load-threads.ts';

export interface LoadOrder {
  port: number;
  /** As `--load` takes it. */
  load: string;
  workers: number;
  /** Milliseconds of load that are not measured: cold code is slow. */
  warmUpMs: number;
}

export interface LoadResult {
  connections: number;
  perSecond: number;
  cpuMicroseconds: number;
  /** Connections that were not answered. */
  unclean: number;
  response: Latency;
  lateness?: Latency;
}

const { port, load, workers, warmUpMs } = JSON.parse(process.argv[2] ?? '{}') as LoadOrder;
const range = { first: 32_768, last: 60_999 };
const request = Buffer.from('HEAD / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n');
const target = { address: '127.0.0.1', port, method: 'HEAD', request, keepAliveRequest: request } as const;
const loader: Loader =
  workers > 0
    ? await LoadThreads.start(workers, { target, deadlineMs: 5000, seed: 1, addresses: ['127.0.0.1'], range })
    : new ThisThread(target, 5000, seededRandom(1), new LocalPorts(['127.0.0.1'], range, seededRandom(1)));

async function measure(durationMs?: number): Promise<LoadResult> {
  const timed = { ...parseLoad(load), ...(durationMs !== undefined && { durationMs }) };
  const step = { ...timed, mix: parseMix('read-to-eof') };
  const started = performance.now();
  const cpu = process.cpuUsage();
  const tally = new StepTally(step, started);
  const end = await loader.run({
    step,
    choosesPorts: false,
    // As without a capture.
    readsPorts: false,
    signal: new AbortController().signal,
    onExchange: (exchange) => tally.exchange(exchange),
  });
  tally.end(performance.now(), end);
  const { user, system } = process.cpuUsage(cpu);
  const { connections, perSecond, outcomes, response, lateness } = tally.report(started);
  return {
    ...{ connections, perSecond, response, ...(lateness && { lateness }) },
    cpuMicroseconds: (user + system) / Math.max(1, connections),
    unclean: connections - (outcomes.answered ?? 0),
  };
}

await measure(warmUpMs);
console.log(JSON.stringify(await measure()));
await loader.close();
