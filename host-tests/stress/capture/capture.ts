import { Worker } from 'node:worker_threads';
import type { JudgedFlow } from '../verdict/flow-table.ts';
import type { FrameSourceOptions } from './frame-source.ts';
import type { FromWorker, JudgeWorkerData } from './judge-worker-main.ts';

/** A capture that is running in a thread of its own, with the verdict engine beside it. */
export interface Capture {
  readonly name: string;
  /** Stops, judges what is left. `drops` above 0 makes the run invalid. */
  close(): Promise<{ frames: number; drops: number }>;
}

/** Starts to capture and to judge; rejects with the reason when this way is closed on this machine. */
export function startCapture(
  source: FrameSourceOptions,
  server: { address: string; port: number },
  onJudged: (flows: JudgedFlow[]) => void,
): Promise<Capture> {
  const data: JudgeWorkerData = { source, server };
  const worker = new Worker(new URL('./judge-worker.js', import.meta.url), { workerData: data });
  return new Promise((resolve, reject) => {
    let closed: (end: { frames: number; drops: number }) => void = () => undefined;
    const end = new Promise<{ frames: number; drops: number }>((done) => (closed = done));
    worker.on('error', reject);
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'judged') onJudged(message.flows);
      else if (message.type === 'failed') reject(new Error(message.reason));
      else if (message.type === 'closed') closed({ frames: message.frames, drops: message.drops });
      else
        resolve({
          name: message.name,
          close: () => {
            worker.postMessage('close');
            return end;
          },
        });
    });
  });
}
