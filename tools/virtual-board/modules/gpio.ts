import type { LuaModule } from '../lua/library.ts';
import { LuaError } from '../lua/errors.ts';
import { type Lua, LuaType, NO_REF } from '../lua/lua.ts';
import { GPIO_OF_PIN, type Level } from '../pins.ts';
import type { ModuleHost } from './host.ts';

const Mode = { input: 0, output: 1, interrupt: 2, openDrain: 3 } as const;
const TRIGGERS = ['none', 'up', 'down', 'both', 'low', 'high'] as const;
type Trigger = (typeof TRIGGERS)[number];
const MAX_SEROUT = 256;

interface Interrupt {
  trigger: Trigger;
  callback: number;
  /** Edges since the last callback began. */
  count: number;
  isPosted: boolean;
}

/** General purpose pins (firmware: app/modules/gpio.c). */
export function gpioModule(host: ModuleHost): LuaModule {
  const { lua, pins } = host;
  const interrupts = new Map<number, Interrupt>();
  let seroutDone = NO_REF;

  function checkPin(lua: Lua, argument: number, message = 'Invalid pin'): number {
    const gpio = GPIO_OF_PIN[lua.checkInteger(argument)];
    return gpio ?? lua.argError(argument, message);
  }

  /** MOD_CHECK_ID of read and write. */
  function requirePin(lua: Lua): number {
    const pin = lua.checkInteger(1);
    const gpio = GPIO_OF_PIN[pin];
    if (gpio === undefined) throw new LuaError(`gpio ${pin} does not exist`);
    return gpio;
  }

  function mode(lua: Lua): number {
    const pin = lua.checkInteger(1);
    const wanted = lua.checkInteger(2);
    const pullUp = lua.optInteger(3, 0) !== 0;
    const gpio = GPIO_OF_PIN[pin];
    if (gpio === undefined || (wanted === Mode.interrupt && pin === 0)) return lua.argError(1, 'Invalid pin');
    if (wanted < Mode.input || wanted > Mode.openDrain) lua.argError(2, 'wrong arg type');
    if (wanted !== Mode.interrupt) forgetInterrupt(gpio);
    const pinMode = wanted === Mode.output ? 'output' : wanted === Mode.openDrain ? 'openDrain' : 'input';
    pins.setMode(gpio, pinMode, pullUp);
    return 0;
  }

  function read(lua: Lua): number {
    lua.pushNumber(pins.read(requirePin(lua)));
    return 1;
  }

  function write(lua: Lua): number {
    const pin = lua.checkInteger(1);
    const level = lua.checkInteger(2);
    const gpio = GPIO_OF_PIN[pin];
    if (gpio === undefined) throw new LuaError(`gpio ${pin} does not exist`);
    if (level !== 0 && level !== 1) return lua.argError(2, 'wrong level type');
    pins.write(gpio, level);
    return 0;
  }

  function forgetInterrupt(gpio: number): void {
    const interrupt = interrupts.get(gpio);
    if (!interrupt) return;
    lua.unref(interrupt.callback);
    interrupts.delete(gpio);
  }

  function trig(lua: Lua): number {
    const pin = lua.checkInteger(1);
    const gpio = GPIO_OF_PIN[pin];
    if (gpio === undefined || pin === 0) return lua.argError(1, 'Invalid interrupt pin');
    const name = lua.optString(2, 'none');
    const trigger = TRIGGERS.find((each) => each === name) ?? lua.argError(2, `invalid option '${name}'`);
    const before = interrupts.get(gpio);
    if (trigger === 'none') {
      forgetInterrupt(gpio);
    } else if (lua.top() === 2 && before) {
      before.trigger = trigger;
    } else {
      forgetInterrupt(gpio);
      if (!lua.isFunction(3)) lua.argError(3, 'invalid callback type');
      lua.pushValue(3);
      interrupts.set(gpio, { trigger, callback: lua.ref(), count: 0, isPosted: false });
    }
    return 0;
  }

  function onInput(gpio: number, level: Level): void {
    const interrupt = interrupts.get(gpio);
    if (!interrupt || !isTriggered(interrupt.trigger, level)) return;
    interrupt.count++;
    if (interrupt.isPosted) return;
    const when = host.microseconds() & 0x7fffffff;
    interrupt.isPosted = host.post(2, () => {
      interrupt.isPosted = false;
      if (interrupts.get(gpio) !== interrupt) return;
      lua.pushRef(interrupt.callback);
      for (const value of [level, when, interrupt.count]) lua.pushNumber(value);
      interrupt.count = 0;
      host.pcallx(3, 0);
    });
  }

  function serout(lua: Lua): number {
    const pin = lua.checkInteger(1);
    const first = lua.checkInteger(2);
    const repeats = lua.optInteger(4, 1);
    lua.unref(seroutDone);
    seroutDone = NO_REF;
    const isAsync = lua.type(5) > LuaType.nil;
    if (lua.isFunction(5)) {
      lua.pushValue(5);
      seroutDone = lua.ref();
    }
    const gpio = checkPin(lua, 1);
    if (pin < 0 || (first !== 0 && first !== 1)) lua.argError(2, 'Wrong level type');
    if (lua.type(3) !== LuaType.table || lua.length(3) >= MAX_SEROUT) lua.argError(3, 'Invalid delay_times');
    const delays: number[] = [];
    for (let index = 1; index <= lua.length(3); index++) {
      lua.rawGetIndex(3, index);
      delays.push(lua.checkInteger(-1));
      lua.pop();
    }
    const steps = Array.from({ length: repeats }, () => delays).flat();
    if (isAsync) seroutLater(gpio, first, steps);
    else seroutNow(gpio, first, steps);
    return 0;
  }

  function seroutNow(gpio: number, first: Level, delays: readonly number[]): void {
    let level = first;
    for (const delay of delays) {
      pins.write(gpio, level);
      level = level === 0 ? 1 : 0;
      host.delay(delay / 1000);
    }
  }

  function seroutLater(gpio: number, level: Level, delays: readonly number[]): void {
    const [delay, ...rest] = delays;
    if (delay === undefined) {
      host.post(0, () => {
        if (seroutDone === NO_REF) return;
        lua.pushRef(seroutDone);
        lua.unref(seroutDone);
        seroutDone = NO_REF;
        host.pcallx(0, 0);
      });
      return;
    }
    pins.write(gpio, level);
    const timer = host.clock.after(delay / 1000, () => {
      host.run(() => seroutLater(gpio, level === 0 ? 1 : 0, rest));
    });
    host.onReset(() => timer.cancel());
  }

  pins.onInput = (gpio, level) => {
    host.run(() => onInput(gpio, level));
  };
  const constants = { INT: 2, OUTPUT: 1, OPENDRAIN: 3, INPUT: 0, HIGH: 1, LOW: 0, FLOAT: 0, PULLUP: 1 };
  return { name: 'gpio', fields: { mode, read, write, serout, trig, ...constants } };
}

function isTriggered(trigger: Trigger, level: Level): boolean {
  if (trigger === 'both') return true;
  return level === 1 ? trigger === 'up' || trigger === 'high' : trigger === 'down' || trigger === 'low';
}
