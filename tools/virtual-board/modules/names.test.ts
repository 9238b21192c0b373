import { describe, expect, it } from 'vitest';
import { VirtualBoard } from '../board.ts';
import { VirtualClock } from '../clock.ts';
import { seededRandom } from '../random.ts';
import { MemoryFlash } from '../serial/memory-flash.ts';
import names from './firmware-names.json' with { type: 'json' };
import { testProfile } from './testing.ts';

const MODULES = [
  ...['adc', 'bit', 'crypto', 'encoder', 'file', 'gpio', 'mdns', 'net', 'node', 'pipe', 'pwm', 'rtctime', 'sjson'],
  ...['sntp', 'struct', 'tmr', 'uart', 'wifi'],
] as const;

/** Every name that `pairs` finds in a module and in the tables inside it. */
function namesOnBoard(): Record<string, string[]> {
  const list = MODULES.map((name) => `'${name}'`).join(',');
  const init = `
    local function walk(t, prefix)
      for k, v in pairs(t) do
        if k ~= '__index' then print('NAME ' .. prefix .. k) end
        if type(v) == 'table' and k ~= '__index' then walk(v, prefix .. k .. '.') end
      end
    end
    for _, m in ipairs{${list}} do walk(_G[m], m .. ' ') end`;
  const clock = new VirtualClock();
  const files = { 'init.lua': Buffer.from(init) };
  const board = new VirtualBoard({
    ...{ profile: testProfile, clock, random: seededRandom(1), flash: new MemoryFlash(), speed: 'host', files },
  });
  let text = '';
  board.onEvent((event) => {
    if (event.type === 'serial') text += event.text;
  });
  board.powerOn();
  clock.runUntil(100);
  board.close();
  const found: Record<string, string[]> = {};
  for (const [, module = '', name = ''] of text.matchAll(/^NAME (\S+) (\S+)$/gm)) (found[module] ??= []).push(name);
  return found;
}

describe('names of the modules', () => {
  const found = namesOnBoard();

  it.each(MODULES)('of %s are names of the firmware', (module) => {
    const { fields, optional } = names[module];
    const groups = [...fields, ...optional].map((name) => name.split('.')[0]);
    const unknown = (found[module] ?? []).filter((name) => ![...fields, ...optional, ...groups].includes(name));
    expect(unknown).toEqual([]);
  });

  // gpio.pulse, net.cert and half of wifi are options of a build that the usual ones leave out.
  const whole = MODULES.filter((module) => module in found && !['gpio', 'net', 'wifi'].includes(module));

  it.each(whole)('of the firmware are all in %s', (module) => {
    const missing = names[module].fields.filter((name) => !(found[module] ?? []).includes(name));
    expect(missing).toEqual([]);
  });
});
