import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import type { PortRange } from '../client/local-ports.ts';
import type { Loader, StepOrder } from '../schedule/loader.ts';
import type { StepEnd } from '../schedule/step-runner.ts';
import { startThread } from '../young-generation.ts';
import { readBatch } from './exchange-batch.ts';
import type { FromLoadThread, LoadThreadData, ToLoadThread } from './load-thread-main.ts';

/** Several threads that share every step: clients, moments of an open loop and local ports are dealt out in turn. */
export class LoadThreads implements Loader {
  readonly #workers: readonly Worker[];
  readonly #addresses: readonly string[];
  utilization = 0;

  private constructor(workers: readonly Worker[], addresses: readonly string[]) {
    this.#workers = workers;
    this.#addresses = addresses;
  }

  /** Resolves when `count` threads are ready to open connections. */
  static async start(
    count: number,
    data: Pick<LoadThreadData, 'target' | 'deadlineMs' | 'seed' | 'addresses' | 'range'>,
  ): Promise<LoadThreads> {
    const workers = Array.from({ length: count }, (_, index) => {
      const workerData: LoadThreadData = {
        ...data,
        part: { index, count },
        range: partOf(data.range, index, count),
        timeOrigin: performance.timeOrigin,
      };
      return startThread(new URL('./load-thread.js', import.meta.url), workerData);
    });
    await Promise.all(workers.map((worker) => once(worker, 'message')));
    return new LoadThreads(workers, data.addresses);
  }

  async run(order: StepOrder): Promise<StepEnd> {
    const ends = await Promise.all(this.#workers.map((worker) => this.#runPart(worker, order)));
    return {
      skipped: ends.reduce((sum, { skipped }) => sum + skipped, 0),
      mostOpen: ends.reduce((sum, { mostOpen }) => sum + mostOpen, 0),
      capped: ends.some(({ capped }) => capped),
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #runPart(worker: Worker, { step, choosesPorts, readsPorts, signal, onExchange }: StepOrder): Promise<StepEnd> {
    const post = (message: ToLoadThread): void => worker.postMessage(message);
    const stop = (): void => post({ type: 'stop' });
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        worker.off('message', onMessage);
        worker.off('error', onError);
        signal.removeEventListener('abort', stop);
      };
      const onError = (error: unknown): void => {
        settle();
        reject(error instanceof Error ? error : new Error(String(error)));
      };
      const onMessage = (message: FromLoadThread): void => {
        if (message.type === 'exchanges') readBatch(message.batch, this.#addresses, onExchange);
        if (message.type !== 'end') return;
        settle();
        this.utilization = Math.max(this.utilization, message.utilization);
        resolve(message.end);
      };
      worker.on('message', onMessage);
      worker.on('error', onError);
      signal.addEventListener('abort', stop);
      post({ type: 'step', step, choosesPorts, readsPorts });
      if (signal.aborted) stop();
    });
  }
}

/** Part `index` of `count` equal parts of a range of ports. */
function partOf({ first, last }: PortRange, index: number, count: number): PortRange {
  const size = Math.floor((last - first + 1) / count);
  return { first: first + index * size, last: first + (index + 1) * size - 1 };
}
