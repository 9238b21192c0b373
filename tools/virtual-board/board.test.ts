import { describe, expect, it } from 'vitest';
import { VirtualBoard, type VirtualBoardOptions } from './board.ts';
import { VirtualClock } from './clock.ts';
import type { BoardEvent } from './inspect.ts';
import { findProfile } from './profiles/index.ts';
import { testProfile } from './modules/testing.ts';
import { seededRandom } from './random.ts';
import { MemoryFlash } from './serial/memory-flash.ts';

/** A board in virtual time with a terminal at 115200 baud on it. */
function boot(init: string, options: Partial<VirtualBoardOptions> = {}) {
  const clock = new VirtualClock();
  const files = { 'init.lua': Buffer.from(init) };
  const board = new VirtualBoard({
    ...{ profile: testProfile, clock, random: seededRandom(1), flash: new MemoryFlash(), speed: 'host', files },
    ...options,
  });
  let text = '';
  const events: BoardEvent[] = [];
  board.serial.onData((bytes) => (text += Buffer.from(bytes).toString('latin1')));
  board.onEvent((event) => events.push(event));
  board.powerOn();
  const run = (milliseconds: number): string => {
    const before = text.length;
    clock.runUntil(clock.now() + milliseconds);
    return text.slice(before);
  };
  const type = (line: string): string => {
    board.serial.write(Buffer.from(line, 'latin1'));
    return run(50);
  };
  return { board, clock, events, run, type };
}

describe('the virtual board', () => {
  it('prints the banner, what init.lua prints, and the prompt', () => {
    const { run } = boot('print("hello")');
    expect(run(50)).toMatch(/\r\nNodeMCU 3\.0\.0\.0 .*\r\nhello\r\n> $/s);
  });

  it('echoes what is typed, prints results, and asks for more while a statement is incomplete', () => {
    const { run, type } = boot('');
    run(50);
    expect(type('=1+1\r\n')).toBe('=1+1\r\n2\r\n> ');
    expect(type('for i = 1, 2 do\r')).toBe('for i = 1, 2 do\r\n>> ');
    expect(type('print(i) end\r')).toBe('print(i) end\r\n1\r\n2\r\n> ');
    expect(type('printx\x7f(1)\r')).toBe('printx\b \b(1)\r\n1\r\n> ');
    expect(type('nope()\r')).toContain("Lua error: \tstdin:1: attempt to call global 'nope' (a nil value)\r\nstack");
  });

  it('waits for a flasher when it is reset while its FLASH button, or anything else, pulls GPIO0 low', () => {
    const { board, run } = boot('');
    run(50);
    board.setInput(0, 0);
    board.reset('external');
    expect([board.snapshot().mode, run(500)]).toEqual(['rom-loader', expect.not.stringContaining('NodeMCU')]);
    board.setInput(0, 1);
    board.reset('external');
    expect(run(500)).toContain('NodeMCU');
  });

  it('waits for room in the FIFO when it prints more than the line carries, and still hears its console', () => {
    const { run, type } = boot('tmr.create():alarm(2,1,function()print(("flood "):rep(20))end)', {
      serialRate: 'line',
      profile: findProfile('nodemcu-3.0'),
    });
    const carried = run(2000).length;
    expect(carried).toBeGreaterThan(15_000);
    expect(carried).toBeLessThan(24_000);
    expect(type('=6*7\r') + run(300)).toContain('\r\n42\r\n');
  });

  it('has nothing of stock Lua that a collection would call', () => {
    const { run, type } = boot('');
    run(50);
    expect(type('=debug.getregistry()["FILE*"].__gc\r')).toContain('\r\nnil\r\n');
  });

  it('is reset by its watchdog when Lua does not return, and says why after the boot', () => {
    const { run, type, events } = boot('print(node.bootreason())');
    expect(run(50)).toContain('1\t0\r\n');
    expect(type('while true do end\r')).toContain('2\t3\r\n');
    expect(events.filter(({ type }) => type === 'reset')).toMatchObject([{ cause: 'power-on' }, { cause: 'watchdog' }]);
  });

  it('cannot be kept from the watchdog reset by pcall', () => {
    const { run, type, events } = boot('');
    run(50);
    type('while true do pcall(function() while true do end end) end\r');
    expect(events.filter(({ type }) => type === 'reset').at(-1)).toMatchObject({ cause: 'watchdog' });
  });

  it('prints the traceback of an error in a timer and restarts two seconds later', () => {
    const { run, events } = boot('tmr.create():alarm(10, 0, function() error("oops") end)');
    const text = run(1000);
    expect(text).toContain("init.lua:1: oops\r\nstack traceback:\r\n\t[C]: in function 'error'\r\n\tinit.lua:1: in");
    expect(events.filter(({ type }) => type === 'reset')).toHaveLength(1);
    run(1100);
    expect(events.filter(({ type }) => type === 'reset')).toMatchObject([{}, { cause: 'software' }]);
  });

  it('keeps files through resets and loses them with the flash content', () => {
    const flash = new MemoryFlash();
    const { run, type, board } = boot('', { flash });
    run(50);
    type('file.putcontents("x", "kept")\r');
    board.reset('external');
    run(50);
    expect(type('=file.getcontents("x"), node.bootreason()\r')).toContain('kept\t2\t6');
    flash.eraseAll();
    board.reset('external');
    run(50);
    expect(type('=file.exists("x")\r')).toContain('false\r\n');
  });

  it('shows noise of the boot ROM again and again while no image is in flash', () => {
    const { board, clock } = boot('');
    board.close();
    const bare = new VirtualBoard({
      ...{ profile: testProfile, clock, random: seededRandom(1), flash: new MemoryFlash(), speed: 'host' },
    });
    let text = '';
    bare.serial.setBaudRate(74880);
    bare.serial.onData((bytes) => (text += Buffer.from(bytes).toString('latin1')));
    bare.powerOn();
    clock.runUntil(clock.now() + 3500);
    expect(text.match(/ets Jan {2}8 2013,rst cause:4/g)).toHaveLength(3);
    expect(bare.snapshot().mode).toBe('booting');
  });

  it('reports output pins, and takes inputs from outside', () => {
    const { board, run, events } = boot(`
      gpio.mode(4, gpio.OUTPUT) gpio.write(4, gpio.HIGH)
      gpio.mode(3, gpio.INT, gpio.PULLUP)
      gpio.trig(3, 'both', function(level) print('level', level) end)`);
    run(50);
    expect(board.snapshot().pins).toEqual({ 2: 1 });
    expect(events.filter(({ type }) => type === 'pin').at(-1)).toMatchObject({ gpio: 2, level: 1 });
    board.setInput(0, 0);
    board.setInput(0, 1);
    expect(run(50)).toBe('level\t0\r\nlevel\t1\r\n');
  });

  it('hands bytes to uart.on, in blocks of any content, while the interpreter is off', () => {
    const { run, type } = boot(`uart.on('data', 3, function(d) print(#d, d:byte(1, -1)) end, 0)`);
    run(50);
    expect(type('\x00\xff\r')).toBe('3\t0\t255\t13\r\n');
    expect(type('ab')).toBe('');
    expect(type('c')).toBe('3\t97\t98\t99\r\n');
  });
});
