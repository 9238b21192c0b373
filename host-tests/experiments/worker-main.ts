import { parentPort, workerData } from 'node:worker_threads';
import { runJob, type Job, type Programs } from './job.ts';

parentPort?.on('message', (job: Job) => parentPort?.postMessage(runJob(job, workerData as Programs)));
