import { expect, test } from 'vitest';
import { readSources } from './sources.ts';

test('a number means as many addresses of the loopback', () => {
  expect(readSources('3', '127.0.0.1')).toEqual(['127.0.0.1', '127.0.0.2', '127.0.0.3']);
});

test('addresses are taken as they are', () => {
  expect(readSources('127.0.0.9, 127.1.2.3', '127.0.0.1')).toEqual(['127.0.0.9', '127.1.2.3']);
});

test.each([
  ['0', '127.0.0.1'],
  ['1000', '127.0.0.1'],
  ['3', '192.0.2.1'],
  ['192.0.2.77', '192.0.2.1'],
  ['everywhere', '127.0.0.1'],
])('refuses %j towards %s with a cure', (text, target) => {
  expect(() => readSources(text, target)).toThrow(expect.objectContaining({ exitCode: 2 }));
});
