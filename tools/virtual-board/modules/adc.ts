import { LuaError } from '../lua/errors.ts';
import type { LuaModule } from '../lua/library.ts';
import type { Lua } from '../lua/lua.ts';
import type { ModuleHost } from './host.ts';

const INIT_ADC = 0;
const INIT_VDD33 = 0xff;
/** 16 bits, as the SDK says it when the pin is set up for the other use. */
const WRONG_MODE = 0xffff;

/** The analogue input (firmware: app/modules/adc.c). What it measures is a model that the board's owner plugs in. */
export function adcModule({ sensors, adcMode }: ModuleHost): LuaModule {
  function read(lua: Lua): number {
    const id = lua.checkInteger(1);
    if (id !== 0) throw new LuaError(`adc ${id} does not exist`);
    lua.pushNumber(adcMode.vdd ? WRONG_MODE : Math.max(0, Math.min(1024, Math.round(sensors.analog()))));
    return 1;
  }

  function readvdd33(lua: Lua): number {
    lua.pushNumber(adcMode.vdd ? Math.round(sensors.supplyMillivolts()) : WRONG_MODE);
    return 1;
  }

  /** Takes effect at the next boot; true = changed. */
  function forceInitMode(lua: Lua): number {
    const mode = lua.checkInteger(1);
    if (mode !== INIT_ADC && mode !== INIT_VDD33) lua.argError(1, 'Invalid mode');
    const wanted = mode === INIT_VDD33;
    lua.pushBoolean(adcMode.vddAtNextBoot !== wanted);
    adcMode.vddAtNextBoot = wanted;
    return 1;
  }

  return { name: 'adc', fields: { read, readvdd33, force_init_mode: forceInitMode, INIT_ADC, INIT_VDD33 } };
}
