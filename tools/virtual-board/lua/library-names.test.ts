import { describe, expect, it } from 'vitest';
import { boot } from '../modules/testing.ts';

describe('names of the libraries', () => {
  it('take heap while code uses them, once however many functions do, and none when it is gone', () => {
    const { run } = boot(`
      local text = 'return function() return wifi, tmr, gpio, string.format("%5d", 5), node.restart end'
      local kept = {false, false}
      local free = {0, 0, 0, 0}
      for round = 1, 2 do
        for step = 1, 4 do
          if step == 2 or step == 3 then kept[step - 1] = loadstring(text)() end
          if step == 4 then kept[1], kept[2] = false, false end
          collectgarbage()
          free[step] = node.heap()
        end
      end
      print('names', free[1] - free[2] - (free[2] - free[3]), 'lost', free[1] - free[4])`);
    // wifi, tmr, gpio, string, format, restart and the text "%5d"; node is in use all the time.
    expect(run(50)).toContain('names\t280\tlost\t0');
  });
});
