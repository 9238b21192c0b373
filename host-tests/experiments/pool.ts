import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { build } from '../../tools/build/build.ts';
import { isBoardTrial, type Experiment } from './experiment.ts';
import { runJob, type Job, type JobResult, type Programs } from './job.ts';

export interface PoolOptions {
  /** Threads; 0 = the calling one. Default: one for each core. */
  workers?: number;
  onDone?: (job: number, result: JobResult) => void;
}

/** Compiles what the experiments need, each program once, into a folder that `close` removes. */
export async function compilePrograms(
  experiments: readonly Experiment[],
): Promise<{ programs: Programs; close: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), 'last-ack-experiments-'));
  const trials = experiments.flatMap(({ trials: own, plot }) => [
    ...own,
    ...(plot?.series ?? []).flatMap(({ points }) => points.map(({ trial }) => trial)),
  ]);
  const entries = new Set(trials.filter(isBoardTrial).map(({ program }) => program.entry));
  const programs: Record<string, string> = {};
  const close = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    for (const entry of entries) {
      const outDir = join(folder, String(Object.keys(programs).length));
      await build({ entry, outDir, measure: false });
      programs[entry] = outDir;
    }
  } catch (error) {
    close();
    throw error;
  }
  return { programs, close };
}

/** Runs jobs on all cores; results in the order of the jobs, whatever the order in which they end. */
export async function runJobs(
  jobs: readonly Job[],
  programs: Programs,
  { workers = availableParallelism(), onDone = () => undefined }: PoolOptions = {},
): Promise<JobResult[]> {
  const results: JobResult[] = [];
  let next = 0;
  const take = (): number | undefined => (next < jobs.length ? next++ : undefined);
  const done = (index: number, result: JobResult): void => {
    results[index] = result;
    onDone(index, result);
  };
  const count = Math.min(workers, jobs.length);
  if (count === 0) {
    for (const [index, job] of jobs.entries()) done(index, runJob(job, programs));
    return results;
  }
  await Promise.all(Array.from({ length: count }, () => work(jobs, programs, take, done)));
  return results;
}

/** One thread, one job after the other until there are none left. */
function work(
  jobs: readonly Job[],
  programs: Programs,
  take: () => number | undefined,
  done: (index: number, result: JobResult) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: programs });
    let current: number | undefined;
    const give = (): void => {
      current = take();
      const job = current === undefined ? undefined : jobs[current];
      if (job) worker.postMessage(job);
      else void worker.terminate().then(() => resolve());
    };
    worker.on('message', (result: JobResult) => {
      if (current !== undefined) done(current, result);
      give();
    });
    worker.on('error', reject);
    give();
  });
}
