import { expect, test } from 'vitest';
import { adler32 } from '../build/adler32.ts';
import { commitName, commitScript, orderSwaps } from './commit.ts';
import { makePlan, type LocalFile } from './plan.ts';

const file = (name: string, text: string): LocalFile => ({
  name,
  bytes: Buffer.from(text),
  adler32: adler32(Buffer.from(text)),
});

function board(files: Record<string, string>, owned: string[] = []) {
  const asked: string[] = [];
  return {
    asked,
    sizes: new Map(Object.entries(files).map(([name, text]) => [name, text.length])),
    owned,
    digest: (name: string) => {
      asked.push(name);
      return Promise.resolve(adler32(Buffer.from(files[name] ?? '')));
    },
  };
}

test('a file travels when it is new, has another size, or has other bytes', async () => {
  const state = board({ 'same.lc': 'abc', 'longer.lc': 'abcd', 'other.lc': 'abd' });
  const wanted = ['same.lc', 'longer.lc', 'other.lc', 'new.lc'].map((name) => file(name, 'abc'));
  const plan = await makePlan(wanted, state);
  expect(plan.changed.map(({ name }) => name)).toEqual(['longer.lc', 'other.lc', 'new.lc']);
  expect(plan.unchanged).toEqual(['same.lc']);
  expect(state.asked).toEqual(['same.lc', 'other.lc']);
});

test('only files that came from here are stale', async () => {
  const state = board({ 'main.lc': 'x', 'gone.lc': 'x', 'users.txt': 'x' }, ['main.lc', 'gone.lc', 'long-gone.lc']);
  expect((await makePlan([file('main.lc', 'x')], state)).stale).toEqual(['gone.lc']);
});

test('an init.lua that finishes an interrupted swap goes first, any other last', () => {
  const names = (entry: string): string[] =>
    orderSwaps(
      [file('a.lc', '1'), file('init.lua', entry), file('b.lc', '2')].map((one) => ({ ...one, temporary: '~' })),
    ).map(({ name }) => name);
  expect(names(`if file.exists("${commitName}") then dofile("${commitName}") end`)).toEqual([
    'init.lua',
    'a.lc',
    'b.lc',
  ]);
  expect(names('print("hello")')).toEqual(['a.lc', 'b.lc', 'init.lua']);
});

test('the swap script takes itself away last', () => {
  const lines = commitScript([{ temporary: '~1', name: 'main.lc' }], ['old.lc'])
    .trimEnd()
    .split('\n');
  expect(lines.slice(-3)).toEqual(['p("~1","main.lc")', 'd("old.lc")', 'd("~commit")']);
});
