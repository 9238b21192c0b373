import { LuaError } from '../lua/errors.ts';
import type { Fields, LuaModule } from '../lua/library.ts';
import { LuaType, type Lua } from '../lua/lua.ts';
import type { DhcpClient } from '../tcpip/dhcp.ts';
import type { TcpIp } from '../tcpip/stack.ts';
import type { ModuleHost } from './host.ts';
import type { AccessPoint } from './network-side.ts';
import type { WifiEvents } from './wifi/events.ts';
import { saveSettings, type WifiSettings } from './wifi/settings.ts';
import { missingFunctions, pushed, stationFunctions } from './wifi/sta.ts';
import { ACCESS_POINT, Mode, type Station } from './wifi/station.ts';

export interface WifiModuleOptions {
  host: ModuleHost;
  station: Station;
  stack: TcpIp;
  dhcp: DhcpClient;
  events: WifiEvents;
  settings: WifiSettings;
  accessPoint: AccessPoint | undefined;
}

/** NodeMCU's `wifi` module (app/modules/wifi.c). The station is whole; the access point side is not there. */
export function wifiModule(options: WifiModuleOptions): LuaModule {
  const { host, station, settings, events } = options;
  let { mode } = settings;
  let phyMode = 3;
  let country = { country: 'CN', start_ch: 1, end_ch: 13, policy: 0 };

  const save = (): void => {
    settings.autoConnect = station.autoConnect;
    settings.config = station.config;
    saveSettings(host.flash, settings);
  };

  function setmode(lua: Lua): number {
    const wanted = lua.checkInteger(1);
    if (wanted < Mode.none || wanted > Mode.both) lua.argError(1, 'Invalid mode');
    const old = mode;
    mode = wanted;
    if (lua.isNoneOrNil(2) || lua.toBoolean(2)) {
      settings.mode = wanted;
      save();
    }
    station.enable((mode & Mode.station) !== 0);
    if (old !== mode) events.emit({ type: 'mode-changed', oldMode: old, newMode: mode });
    return pushed(lua, mode);
  }

  function setphymode(lua: Lua): number {
    const wanted = lua.checkInteger(1);
    if (wanted < 1 || wanted > 3) throw new LuaError('wrong arg type');
    phyMode = wanted;
    return pushed(lua, phyMode);
  }

  function setcountry(lua: Lua): number {
    if (lua.type(1) !== LuaType.table) lua.argError(1, 'Table not found!');
    const read = (name: string): string | undefined => {
      lua.getField(1, name);
      const value = lua.toString(-1);
      lua.pop();
      return value;
    };
    country = {
      country: (read('country') ?? 'CN').toUpperCase(),
      start_ch: Number(read('start_ch') ?? 1),
      end_ch: Number(read('end_ch') ?? 13),
      policy: Number(read('policy') ?? 0),
    };
    return pushed(lua, true);
  }

  function getcountry(lua: Lua): number {
    lua.createTable();
    for (const [name, value] of Object.entries(country)) {
      pushed(lua, value);
      lua.setField(-2, name);
    }
    return 1;
  }

  return {
    name: 'wifi',
    fields: {
      setmode,
      getmode: (lua) => pushed(lua, mode),
      getdefaultmode: (lua) => pushed(lua, settings.mode),
      getchannel: (lua) => pushed(lua, ACCESS_POINT.channel),
      getcountry,
      setcountry,
      setphymode,
      getphymode: (lua) => pushed(lua, phyMode),
      setmaxtxpower: (lua) => pushed(lua, lua.checkInteger(1) <= 82),
      nullmodesleep: (lua) => pushed(lua, lua.type(1) === LuaType.none || lua.toBoolean(1)),
      sta: stationFunctions({
        ...options,
        configTakesStrings: host.profile.net.api === 'espconn',
        save,
        later: (work) => host.clock.after(0, () => host.run(work)),
        pcallx: (args, results) => host.pcallx(args, results),
      }),
      ap: accessPointFunctions(),
      ...missingFunctions('wifi', ['suspend', 'resume', 'sleeptype']),
      eventmon: events.fields,
      ...CONSTANTS,
    },
  };
}

/** What the virtual board has not: each function says so itself. */
function accessPointFunctions(): Fields {
  const names = 'config deauth getip setip getbroadcast getmac setmac getclient getconfig getdefaultconfig'.split(' ');
  return { ...missingFunctions('wifi.ap', names), dhcp: missingFunctions('wifi.ap.dhcp', ['config', 'start', 'stop']) };
}

const CONSTANTS: Fields = {
  NULLMODE: Mode.none,
  STATION: Mode.station,
  SOFTAP: Mode.softAp,
  STATIONAP: Mode.both,
  PHYMODE_B: 1,
  PHYMODE_G: 2,
  PHYMODE_N: 3,
  NONE_SLEEP: 0,
  LIGHT_SLEEP: 1,
  MODEM_SLEEP: 2,
  OPEN: 0,
  WPA_PSK: 2,
  WPA2_PSK: 3,
  WPA_WPA2_PSK: 4,
  STA_IDLE: 0,
  STA_CONNECTING: 1,
  STA_WRONGPWD: 2,
  STA_APNOTFOUND: 3,
  STA_FAIL: 4,
  STA_GOTIP: 5,
  COUNTRY_AUTO: 0,
  COUNTRY_MANUAL: 1,
};
