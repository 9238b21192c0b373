import { expect, test } from 'vitest';
import { newExchange, type Exchange } from '../client/exchange.ts';
import { BatchWriter, readBatch, type ExchangeBatch } from './exchange-batch.ts';

const addresses = ['127.0.0.1', '127.0.0.2'];

function passOn(exchanges: readonly Exchange[], shift: number): { batches: number; exchanges: Exchange[] } {
  const batches: ExchangeBatch[] = [];
  const writer = new BatchWriter(addresses, shift, (batch) => batches.push(structuredClone(batch)));
  for (const exchange of exchanges) writer.add(exchange);
  writer.flush();
  const read: Exchange[] = [];
  for (const batch of batches) readBatch(batch, addresses, (exchange) => read.push({ ...exchange }));
  return { batches: batches.length, exchanges: read };
}

test('an exchange arrives as it left, in the time of the other thread', () => {
  const exchange: Exchange = {
    intendedAt: 10,
    startedAt: 10.25,
    connectedAt: 11,
    firstByteAt: 0,
    repliedAt: 0,
    endedAt: 12,
    localAddress: '127.0.0.2',
    localPort: 40_000,
    outcome: 'no-reply',
    ending: 'reset',
    status: 0,
    detail: 'RST before any data',
  };
  expect(passOn([exchange], 1000).exchanges).toEqual([
    { ...exchange, intendedAt: 1010, startedAt: 1010.25, connectedAt: 1011, endedAt: 1012 },
  ]);
});

test('a thousand exchanges go in few batches and keep their order and their words', () => {
  const exchanges = Array.from({ length: 1300 }, (_, index) => ({
    ...newExchange(),
    localPort: index + 1,
    detail: index % 100 === 0 ? `number ${index}` : '',
  }));
  const passed = passOn(exchanges, 0);
  expect(passed.batches).toBe(3);
  expect(passed.exchanges).toEqual(exchanges);
});
