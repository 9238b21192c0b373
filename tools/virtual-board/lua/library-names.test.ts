import { describe, expect, it } from 'vitest';
import { boot } from '../modules/testing.ts';

describe('names of the libraries', () => {
  it('take heap while code uses them, once however many functions do, and none when it is gone', () => {
    const { run } = boot(`
      local function held() collectgarbage() return node.heap() end
      local text = 'return function() return wifi, tmr, gpio, string.format("%5d", 5), node.restart end'
      local function load(count) local f = {} for i = 1, count do f[i] = loadstring(text)() end return f end
      load(1) held()
      local before = held()
      local one = load(1)
      local first = before - held()
      local two = load(1)
      local second = before - held() - first
      one, two = nil, nil
      print('first costs more', first - second >= 5 * 40, 'given back', before - held())`);
    expect(run(50)).toContain('first costs more\ttrue\tgiven back\t0');
  });
});
