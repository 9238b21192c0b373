import { LuaError } from '../lua/errors.ts';
import type { LuaModule } from '../lua/library.ts';
import type { Lua } from '../lua/lua.ts';
import { GPIO_OF_PIN } from '../pins.ts';
import type { ModuleHost } from './host.ts';

/** NORMAL_PWM_DEPTH, the channels at a time, and the SDK's limit for the frequency. */
const MAX_DUTY = 1023;
const MAX_CHANNELS = 6;
const MAX_FREQUENCY = 1000;

interface Channel {
  duty: number;
  isRunning: boolean;
}

/**
 * Pulse width modulation (firmware: app/modules/pwm.c). All channels share one frequency. A pin shows as high while its
 * duty is not 0: single pulses are not modelled.
 */
export function pwmModule({ pins }: ModuleHost): LuaModule {
  const channels = new Map<number, Channel>();
  let frequency = MAX_FREQUENCY;

  function checkPin(lua: Lua): { pin: number; gpio: number } {
    const pin = lua.checkInteger(1);
    const gpio = GPIO_OF_PIN[pin];
    if (gpio === undefined) throw new LuaError(`pwm ${pin} does not exist`);
    return { pin, gpio };
  }

  function checkDuty(lua: Lua, argument: number): number {
    const duty = lua.checkInteger(argument);
    if (duty < 0 || duty > MAX_DUTY) throw new LuaError('wrong arg range');
    return duty;
  }

  function checkFrequency(lua: Lua): number {
    const wanted = lua.checkInteger(2);
    if (wanted <= 0) throw new LuaError('wrong arg range');
    return Math.min(wanted, MAX_FREQUENCY);
  }

  function show(gpio: number, channel: Channel): void {
    pins.write(gpio, channel.isRunning && channel.duty > 0 ? 1 : 0);
  }

  function setup(lua: Lua): number {
    if (lua.checkInteger(1) === 0) throw new LuaError('no pwm for D0');
    const { pin, gpio } = checkPin(lua);
    const wanted = checkFrequency(lua);
    const duty = checkDuty(lua, 3);
    if (!channels.has(pin) && channels.size === MAX_CHANNELS) throw new LuaError('too many pwms.');
    pins.setMode(gpio, 'output', false);
    frequency = wanted;
    channels.set(pin, { duty, isRunning: false });
    lua.pushNumber(frequency);
    return 1;
  }

  function close(lua: Lua): number {
    const { pin, gpio } = checkPin(lua);
    if (channels.delete(pin)) pins.write(gpio, 0);
    return 0;
  }

  function start(lua: Lua): number {
    const { pin, gpio } = checkPin(lua);
    const channel = channels.get(pin);
    if (!channel) throw new LuaError('Unable to start PWM output');
    channel.isRunning = true;
    show(gpio, channel);
    return 0;
  }

  function stop(lua: Lua): number {
    const { pin, gpio } = checkPin(lua);
    const channel = channels.get(pin);
    if (!channel) return 0;
    channel.isRunning = false;
    show(gpio, channel);
    return 0;
  }

  function setclock(lua: Lua): number {
    const { pin } = checkPin(lua);
    const wanted = checkFrequency(lua);
    if (channels.has(pin)) frequency = wanted;
    lua.pushNumber(channels.has(pin) ? frequency : 0);
    return 1;
  }

  function getclock(lua: Lua): number {
    const { pin } = checkPin(lua);
    lua.pushNumber(channels.has(pin) ? frequency : 0);
    return 1;
  }

  function setduty(lua: Lua): number {
    const { pin, gpio } = checkPin(lua);
    const duty = checkDuty(lua, 2);
    const channel = channels.get(pin);
    if (channel) {
      channel.duty = duty;
      channel.isRunning = true;
      show(gpio, channel);
    }
    lua.pushNumber(channel ? duty : 0);
    return 1;
  }

  function getduty(lua: Lua): number {
    lua.pushNumber(channels.get(checkPin(lua).pin)?.duty ?? 0);
    return 1;
  }

  return { name: 'pwm', fields: { setup, close, start, stop, setclock, getclock, setduty, getduty } };
}
