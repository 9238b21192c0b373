import { parentPort, workerData } from 'node:worker_threads';
import { FlowTable } from '../verdict/flow-table.ts';
import { ipv4ToNumber, readTcpFrame } from '../verdict/frame.ts';
import type { FrameSource, FrameSourceOptions } from './frame-source.ts';
import { BadEnds, type KeptCapture } from './bad-ends.ts';
import { FlowBatchWriter, moveClients, type FlowBatch } from './flow-batch.ts';
import { RecentFrames } from './recent-frames.ts';
import { openFrameSource } from './open.ts';

/** What the worker is started with. */
export interface JudgeWorkerData {
  source: FrameSourceOptions;
  server: { address: string; port: number };
  /** Where to keep captures of bad ends; absent: nowhere. */
  folder?: string;
}

export type FromWorker =
  | { type: 'open'; name: string }
  | { type: 'failed'; reason: string }
  | { type: 'judged'; batch: FlowBatch }
  | { type: 'closed'; frames: number; drops: number; files: KeptCapture[] };

/** Clients of a gateway are on this machine. */
const GATEWAY_CLIENT = '127.0.0.1';
const SWEEP_MS = 250;
/** Verdicts whose segments are passed on in full before only the names follow; keeps a long run's memory constant. */
const SEGMENTS_PER_VERDICT = 20;

const { source: sourceOptions, server, folder } = workerData as JudgeWorkerData;
const send = (message: FromWorker): void => parentPort?.postMessage(message);

const recent = folder === undefined ? undefined : new RecentFrames();
let badEnds: BadEnds | undefined;
const judged = new FlowBatchWriter();
const withSegments = new Map<string, number>();
const table = new FlowTable({ address: ipv4ToNumber(server.address), port: server.port }, (flow) => {
  badEnds?.offer(flow);
  const kept = withSegments.get(flow.verdict) ?? 0;
  withSegments.set(flow.verdict, kept + 1);
  judged.add(flow, kept < SEGMENTS_PER_VERDICT);
});

let frames = 0;

async function open(): Promise<FrameSource> {
  const source = await openFrameSource(sourceOptions, (bytes, t) => {
    frames++;
    recent?.add(bytes, t);
    const frame = readTcpFrame(bytes);
    if (frame) table.take(frame, t);
  });
  if (folder !== undefined && recent) badEnds = new BadEnds(folder, source.name, recent);
  return source;
}

async function flush(source: FrameSource): Promise<void> {
  const batch = judged.take();
  if (!batch) return;
  const ports = await source.clientPorts?.();
  if (ports) moveClients(batch, ipv4ToNumber(GATEWAY_CLIENT), ports);
  send({ type: 'judged', batch });
}

function judge(source: FrameSource): void {
  send({ type: 'open', name: source.name });
  const timer = setInterval(() => {
    table.sweep(Date.now());
    void flush(source);
  }, SWEEP_MS);
  parentPort?.once('message', () => {
    clearInterval(timer);
    void close(source);
  });
}

async function close(source: FrameSource): Promise<void> {
  await source.close();
  table.finish(Date.now());
  await flush(source);
  send({ type: 'closed', frames, drops: source.drops(), files: badEnds?.files ?? [] });
  parentPort?.close();
}

open().then(judge, (error: unknown) => {
  send({ type: 'failed', reason: error instanceof Error ? error.message : String(error) });
  process.exit();
});
