import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';

/** V8 takes three halves for it: 2 MB each. */
const THREAD_MB = 6;

/**
 * Keeps the young generation of this thread as large as it is now; V8 would double it up to 32 MB. What a connection
 * leaves behind is dead at once, so that more room gains no time.
 */
export function holdYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** Lets it grow again, as V8 does unless told otherwise. */
export function releaseYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
}

/** Starts a thread with a small young generation. Its first message says that it is ready. */
export function startThread(script: URL, workerData: object): Worker {
  const worker = new Worker(script, { workerData, resourceLimits: { maxYoungGenerationSizeMb: THREAD_MB } });
  // The flag is the process's, and the start of a thread sets it back.
  worker.once('message', holdYoungGeneration);
  return worker;
}
