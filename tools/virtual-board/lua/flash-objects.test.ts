import { describe, expect, it } from 'vitest';
import { boot } from '../modules/testing.ts';

describe('libraries in flash', () => {
  it('survive collections that do not look at them, with all that programs hang into what stays in RAM', () => {
    const { run } = boot(`
      local names = 0
      local function walk(t) for _, v in pairs(t) do
        if type(v) == 'table' and v ~= t then walk(v) elseif type(v) == 'function' then names = names + 1 end
      end end
      local proxy = newproxy(true)
      getmetatable(proxy).__index = {answer = 42}
      getmetatable(tmr.create()).__index.extra = {kept = true}
      package.preload.mine = function() return {loaded = 'yes'} end
      debug.getregistry().mine = {registered = 1}
      for round = 1, 200 do
        collectgarbage()
        local copy = newproxy(proxy)
        local t = {} for i = 1, 20 do t[i] = ('x'):rep(i) .. round end
        assert(copy.answer == 42 and tmr.create().extra.kept and debug.getregistry().mine.registered == 1)
      end
      walk(_G.string) walk(_G.table) walk(_G.node) walk(_G.file)
      print('functions', names > 60, require('mine').loaded, ('abc'):upper(), string.format('%d', 5))`);
    expect(run(50)).toContain('functions\ttrue\tyes\tABC\t5');
  });
});
