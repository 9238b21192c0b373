import { expect, test } from 'vitest';
import { readSources, usualSources, type Way } from './sources.ts';

const towards = (address: string): Way => ({ address, interfaceName: 'eth0', localAddress: '192.0.2.2' });

test('a number means as many addresses of the loopback', () => {
  expect(readSources('3', towards('127.0.0.1'))).toEqual(['127.0.0.1', '127.0.0.2', '127.0.0.3']);
});

test('addresses are taken as they are', () => {
  expect(readSources('127.0.0.9, 127.1.2.3', towards('127.0.0.1'))).toEqual(['127.0.0.9', '127.1.2.3']);
});

test.each([
  ['0', '127.0.0.1'],
  ['1000', '127.0.0.1'],
  ['3', '192.0.2.1'],
  ['192.0.2.77', '192.0.2.1'],
  ['everywhere', '127.0.0.1'],
])('refuses %j towards %s with a cure', (text, target) => {
  expect(() => readSources(text, towards(target))).toThrow(expect.objectContaining({ exitCode: 2 }));
});

test('on an interface that is not ours alone nothing is made', () => {
  expect(usualSources(towards('192.0.2.1'))).toEqual([]);
});
