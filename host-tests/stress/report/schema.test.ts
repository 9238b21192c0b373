import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import Ajv from 'ajv';
import { expect, test } from 'vitest';
import type { BoardDriver } from '../../board-driver.ts';
import { endings, outcomes } from '../client/exchange.ts';
import { runStress } from '../run.ts';
import { stepsOf } from '../schedule/ladder.ts';
import { parseLoad } from '../schedule/load.ts';
import { verdictNames } from '../verdict/verdict.ts';

interface Schema {
  definitions: Record<'outcome' | 'ending' | 'verdict', { enum: string[] }>;
}

const schema = JSON.parse(readFileSync(new URL('./stress-report.schema.json', import.meta.url), 'utf8')) as Schema;
const ajv = new Ajv();
const validate = ajv.compile(schema);

/** A report as its file holds it, of every kind of load against a server that answers or resets. */
async function reportOf(loads: string[], style = 'read-to-eof'): Promise<unknown> {
  let heap = 40_000;
  let number = 0;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('end', () => socket.end());
    socket.once('data', () => {
      if (++number % 7 === 0) socket.resetAndDestroy();
      else socket.end('HTTP/1.1 200 OK\r\n\r\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const board: BoardDriver = {
    kind: 'virtual',
    host: '127.0.0.1',
    port,
    snapshot: () => Promise.resolve({ heap: (heap -= 100), minHeap: 9000, restarts: 0, pcbs: { TIME_WAIT: 1 } }),
    close: () => Promise.resolve(),
  };
  const target = { host: '127.0.0.1', port, path: '/', method: 'HEAD' } as const;
  const report = await runStress({ ...target, steps: stepsOf(loads.map(parseLoad), style), board, coolDownMs: 10 });
  server.close();
  return JSON.parse(JSON.stringify(report));
}

test.each([
  ['every kind of load', ['every:20ms/100ms', 'ramp:10-50/100ms', 'clients:2/100ms', 'clients:2@10ms/100ms'], 'reset'],
  ['connections that end badly', ['clients:2/300ms'], 'read-to-eof=2,speculative'],
])('a report of %s is as the schema says', async (_name, loads, style) => {
  expect(validate(await reportOf(loads, style)), ajv.errorsText(validate.errors)).toBe(true);
});

test('the schema knows every name that a report may use', () => {
  const { outcome, ending, verdict } = schema.definitions;
  expect([outcome.enum, ending.enum, verdict.enum]).toEqual([[...outcomes], [...endings], [...verdictNames]]);
});

test('the schema refuses what is no report', () => {
  expect(validate({ format: 'last-ack-stress', version: 1 })).toBe(false);
});
