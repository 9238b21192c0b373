import { expect, test } from 'vitest';
import type { JudgedFlow } from '../verdict/flow-table.ts';
import { FlowBatchWriter, moveClients, readFlows, type FlowBatch } from './flow-batch.ts';

const clean: JudgedFlow = {
  clientAddress: 0x7f00_0001,
  clientPort: 40_000,
  startedAt: 1_700_000_000_000.25,
  lastAt: 1_700_000_000_004.5,
  verdict: 'device-first-clean',
  why: '',
  segments: [{ t: 1_700_000_000_000.25, from: 'client', flags: 2, seq: 4_000_000_000, ack: 0, win: 65_535, len: 0 }],
};
const duel: JudgedFlow = { ...clean, clientPort: 40_001, verdict: 'duel', why: '2 RST with a number one too high' };

/** The batch as the other thread gets it. */
function batchOf(...flows: [JudgedFlow, isWhole: boolean][]): FlowBatch {
  const writer = new FlowBatchWriter();
  for (const [flow, isWhole] of flows) writer.add(flow, isWhole);
  const batch = writer.take();
  if (!batch) throw new Error('no batch');
  expect(writer.take()).toBeUndefined();
  return structuredClone(batch);
}

function flowsOf(batch: FlowBatch): JudgedFlow[] {
  const flows: JudgedFlow[] = [];
  readFlows(batch, (flow) => flows.push(flow));
  return flows;
}

test('connections arrive as they left, with their segments where those were wanted', () => {
  expect(flowsOf(batchOf([clean, false], [duel, true], [clean, true]))).toEqual([
    { ...clean, segments: [] },
    duel,
    clean,
  ]);
});

test('clients behind a gateway get their own address and port back', () => {
  const batch = batchOf([clean, false], [duel, false]);
  moveClients(batch, 1, { 40_001: 50_001 });
  expect(flowsOf(batch).map(({ clientAddress, clientPort }) => [clientAddress, clientPort])).toEqual([
    [1, 40_000],
    [1, 50_001],
  ]);
});
