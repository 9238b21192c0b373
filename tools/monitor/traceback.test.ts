import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GenMapping, addMapping, toEncodedMap } from '@jridgewell/gen-mapping';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { traceExplainer } from './traceback.ts';

let dir: string;
let explain: (line: string) => string | undefined;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'last-ack-trace-'));
  const map = new GenMapping({ file: 'net_manager.lua' });
  const add = (lua: number, typescript: number): void =>
    addMapping(map, {
      generated: { line: lua, column: 0 },
      original: { line: typescript, column: 0 },
      source: 'src/net/manager.ts',
    });
  add(20, 41);
  add(21, 44);
  add(21, 46);
  writeFileSync(join(dir, 'manifest.json'), '{}');
  writeFileSync(join(dir, 'net_manager.lua.map'), JSON.stringify(toEncodedMap(map)));
  explain = traceExplainer(dir);
});

afterAll(() => rmSync(dir, { recursive: true }));

const source = (lines: string): unknown => expect.stringMatching(`^in TypeScript: .*src/net/manager\\.ts:${lines}$`);

test('an error names the TypeScript line, or the range that the Lua line was made from', () => {
  expect(explain("net_manager.lua:20: attempt to index global 'net' (a nil value)")).toEqual(source('41'));
  expect(explain('PANIC: unprotected error in call to Lua API (net_manager.lua:21: not connected)')).toEqual(
    source('44-46'),
  );
});

test('a frame of a traceback is mapped too, also in the line after a statement', () => {
  expect(explain("\tnet_manager.lua:22: in function 'close'")).toEqual(source('44-46'));
});

test('a line that names no file of the build is left alone', () => {
  expect(explain('stdin:1: unexpected symbol')).toBeUndefined();
  expect(explain('users.lua:3: oops')).toBeUndefined();
  expect(explain('heap: 31460')).toBeUndefined();
});

test('a damaged map is no reason to stop the log', () => {
  writeFileSync(join(dir, 'broken.lua.map'), 'not JSON');
  expect(explain('broken.lua:3: oops')).toBeUndefined();
});

test('without a build the log goes on without TypeScript', () => {
  expect(traceExplainer(join(dir, 'none'))('net_manager.lua:20: oops')).toBeUndefined();
});
