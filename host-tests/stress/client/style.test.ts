import { expect, test } from 'vitest';
import { parseMix, parseStyle, pickStyle, styleKinds } from './style.ts';

test.each(Object.keys(styleKinds))('%s can be written without a number', (name) => {
  expect(parseStyle(name).name).toBe(name);
});

test('the number behind the colon is the one that the style is about', () => {
  expect(parseStyle('half-open:500').halfOpenMs).toBe(500);
  expect(parseStyle('keep-alive:3').requests).toBe(3);
  expect(parseStyle('slow-headers:10').pieceMs).toBe(10);
  expect(parseStyle('connect-and-wait:9').idleMs).toBe(9);
});

test.each(['', 'polite', 'half-open:x', 'half-open:-1', 'keep-alive:0', 'read-to-eof:3', 'reset=0', 'reset=x'])(
  'refuses %j',
  (text) => {
    expect(() => parseMix(text)).toThrow(expect.objectContaining({ exitCode: 2 }));
  },
);

test('a mix picks its styles by weight', () => {
  const mix = parseMix('read-to-eof=7, client-first=2,reset=1');
  const names = Array.from({ length: 10 }, (_, index) => pickStyle(mix, (index + 0.5) / 10).name);
  expect(names).toEqual([...Array<string>(7).fill('read-to-eof'), 'client-first', 'client-first', 'reset']);
});
