import type { JudgedFlow } from '../verdict/flow-table.ts';
import { startThread } from '../young-generation.ts';
import type { KeptCapture } from './bad-ends.ts';
import { readFlows } from './flow-batch.ts';
import type { FrameSourceOptions } from './frame-source.ts';
import type { FromWorker, JudgeWorkerData } from './judge-worker-main.ts';

/** A capture that is running in a thread of its own, with the verdict engine beside it. */
export interface Capture {
  readonly name: string;
  /** Stops, judges what is left. `drops` above 0 makes the run invalid. */
  close(): Promise<CaptureEnd>;
}

interface CaptureEnd {
  frames: number;
  drops: number;
  /** Capture files around the first bad ends. */
  files: KeptCapture[];
}

/** Starts to capture and to judge; rejects with the reason when this way is closed on this machine. */
export function startCapture(
  source: FrameSourceOptions,
  server: { address: string; port: number },
  onJudged: (flow: JudgedFlow) => void,
  folder?: string,
): Promise<Capture> {
  const data: JudgeWorkerData = { source, server, ...(folder !== undefined && { folder }) };
  const worker = startThread(new URL('./judge-worker.js', import.meta.url), data);
  return new Promise((resolve, reject) => {
    let closed: (end: CaptureEnd) => void = () => undefined;
    const end = new Promise<CaptureEnd>((done, fail) => {
      closed = done;
      worker.on('error', fail);
    });
    end.catch(reject);
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'judged') readFlows(message.batch, onJudged);
      else if (message.type === 'failed') reject(new Error(message.reason));
      else if (message.type === 'closed')
        closed({ frames: message.frames, drops: message.drops, files: message.files });
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
