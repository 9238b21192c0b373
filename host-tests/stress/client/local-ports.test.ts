import { expect, test } from 'vitest';
import { LocalPorts } from './local-ports.ts';

const range = { first: 40_000, last: 40_003 };
const take = (ports: LocalPorts, count: number, now: number): string[] =>
  Array.from({ length: count }, () => {
    const end = ports.next(now);
    return end ? `${end.address}:${end.port}` : 'none';
  });

test('all ports of one address come before those of the next', () => {
  expect(take(new LocalPorts(['10.0.0.1', '10.0.0.2'], range, () => 0), 8, 0)).toEqual([
    ...['10.0.0.1:40000', '10.0.0.1:40001', '10.0.0.1:40002', '10.0.0.1:40003'],
    ...['10.0.0.2:40000', '10.0.0.2:40001', '10.0.0.2:40002', '10.0.0.2:40003'],
  ]);
});

test('an end rests for longer than TIME_WAIT before it is given again', () => {
  const ports = new LocalPorts(['10.0.0.1'], range, () => 0);
  take(ports, 4, 1000);
  expect(take(ports, 1, 61_000)).toEqual(['none']);
  expect(take(ports, 1, 62_000)).toEqual(['10.0.0.1:40000']);
});

test('on loopback it rests for three seconds only', () => {
  const ports = new LocalPorts(['127.0.0.1', '127.0.0.2'], range, () => 0);
  take(ports, 8, 1000);
  expect(take(ports, 1, 4000)).toEqual(['127.0.0.1:40000']);
});

test('chance decides where it begins', () => {
  expect(take(new LocalPorts(['10.0.0.1'], range, () => 0.5), 1, 0)).toEqual(['10.0.0.1:40002']);
});

test('after an end that was taken comes one that is not beside it', () => {
  const ports = new LocalPorts(['10.0.0.1'], { first: 1024, last: 65_535 }, () => 0);
  expect(ports.next(0)?.port).toBe(1024);
  expect(ports.next(0, true)?.port).toBe(1024 + 1 + 64_512 / 16);
});
