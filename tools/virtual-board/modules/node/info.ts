import { CHIP_ID } from '../../identity.ts';
import type { Lua, LuaFunction } from '../../lua/lua.ts';

/** A flash chip like the one on most development boards. */
export const FLASH_ID = 0x1640ef;
const MODULES = 'adc,bit,crypto,encoder,file,gpio,mdns,net,node,pipe,pwm,rtctime,sjson,sntp,struct,tmr,uart,wifi';

/** node.info. `flashSize`: bytes; `deprecated` prints the firmware's warning. */
export function infoFunction(flashSize: number, deprecated: (what: string, when: string) => void): LuaFunction {
  return info;

  function info(lua: Lua): number {
    const option = lua.optString(1, 'legacy');
    const groups: Record<string, Record<string, number | string | boolean>> = {
      lfs: { lfs_mapped: 0, lfs_base: 0, lfs_size: 0, lfs_used: 0 },
      hw: { chip_id: CHIP_ID, flash_id: FLASH_ID, flash_size: flashSize / 1024, flash_mode: 2, flash_speed: 40000000 },
      sw_version: {
        node_version_major: 3,
        node_version_minor: 0,
        node_version_revision: 4,
        git_branch: 'release',
        git_commit_id: '',
        git_release: '3.0.0-release_20240225',
        git_commit_dts: '202402250904',
      },
      build_config: { ssl: false, lfs_size: 0, modules: MODULES, number_type: 'float' },
    };
    if (option === 'legacy') return legacyInfo(lua);
    const group = groups[option];
    if (!group) return lua.argError(1, `invalid option '${option}'`);
    lua.createTable(0, Object.keys(group).length);
    for (const [name, value] of Object.entries(group)) {
      if (typeof value === 'number') lua.pushNumber(value);
      else if (typeof value === 'string') lua.pushString(value);
      else lua.pushBoolean(value);
      lua.setField(-2, name);
    }
    return 1;
  }

  function legacyInfo(lua: Lua): number {
    deprecated('node.info() without parameter', 'in the next version');
    const values = [3, 0, 4, CHIP_ID, FLASH_ID, flashSize / 1024, 2, 40000000];
    for (const value of values) lua.pushNumber(value);
    return values.length;
  }
}
