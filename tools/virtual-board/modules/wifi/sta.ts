import { formatAddress, formatMac, parseAddress } from '../../tcpip/address.ts';
import type { DhcpClient } from '../../tcpip/dhcp.ts';
import type { TcpIp } from '../../tcpip/stack.ts';
import { LuaError } from '../../lua/errors.ts';
import type { Fields } from '../../lua/library.ts';
import { LuaType, type Lua, type LuaFunction } from '../../lua/lua.ts';
import type { AccessPoint } from '../network-side.ts';
import { CONFIG_HANDLERS, type WifiEvents } from './events.ts';
import { ACCESS_POINT, Status, type Station, type StationConfig } from './station.ts';

export interface StationFunctionsOptions {
  station: Station;
  stack: TcpIp;
  dhcp: DhcpClient;
  events: WifiEvents;
  accessPoint: AccessPoint | undefined;
  /** The firmware of 2016: `config(ssid, password)` instead of a table. */
  configTakesStrings: boolean;
  /** Writes configuration and auto-connect flag to flash. */
  save(): void;
  later(work: () => void): void;
  pcallx(args: number, results: number): number;
}

const MAX_SSID = 32;
const MAX_PASSWORD = 64;
const MAX_HOSTNAME = 32;

/** wifi.sta (app/modules/wifi.c). */
export function stationFunctions(options: StationFunctionsOptions): Fields {
  const { station, stack, dhcp, events } = options;
  let sleepType = 2;
  return {
    config,
    connect: (lua) => withHandler(lua, 'connect_cb', () => station.connect()),
    disconnect: (lua) => withHandler(lua, 'disconnect_cb', () => station.disconnect()),
    autoconnect,
    getap,
    getbroadcast,
    getconfig,
    getdefaultconfig: getconfig,
    clearconfig,
    getip,
    setip,
    getmac: (lua) => pushed(lua, formatMac(stack.netif.mac)),
    setmac,
    getrssi,
    gethostname: (lua) => pushed(lua, dhcp.hostname),
    sethostname,
    status,
    sleeptype,
    getapindex: (lua) => pushed(lua, 1),
    ...missingFunctions('wifi.sta', ['changeap', 'getapinfo', 'setaplimit']),
  };

  function config(lua: Lua): number {
    if (options.configTakesStrings) return configFromStrings(lua);
    if (lua.type(1) !== LuaType.table) lua.argError(1, 'config table not found!');
    const wanted = readConfig(lua);
    const isAuto = booleanField(lua, 'auto', true);
    const isSaved = booleanField(lua, 'save', true);
    registerHandlers(lua);
    station.disconnect();
    station.config = wanted;
    station.autoConnect = isAuto;
    if (isSaved) options.save();
    if (isAuto) station.connect();
    return pushed(lua, true);
  }

  function configFromStrings(lua: Lua): number {
    const [ssid, password] = [lua.toString(1), lua.toString(2)];
    if (ssid === undefined || ssid.length > MAX_SSID) lua.argError(1, 'ssid:<32');
    if (password === undefined || password.length > MAX_PASSWORD) lua.argError(2, 'pwd:<64');
    station.disconnect();
    station.config = { ssid, password, bssid: undefined };
    station.autoConnect = true;
    options.save();
    station.connect();
    return 0;
  }

  function registerHandlers(lua: Lua): void {
    for (const [name, event] of Object.entries(CONFIG_HANDLERS)) {
      lua.getField(1, name);
      const type = lua.type(-1);
      if (type === LuaType.function) events.register(lua, event, lua.top());
      else if (type !== LuaType.nil) lua.argError(1, `${name}:not function`);
      lua.pop();
    }
  }

  function withHandler(lua: Lua, name: string, work: () => void): number {
    if (lua.isFunction(1)) events.register(lua, CONFIG_HANDLERS[name] ?? 0, 1);
    work();
    return 0;
  }

  function autoconnect(lua: Lua): number {
    station.autoConnect = lua.checkInteger(1) === 1;
    options.save();
    return 0;
  }

  function clearconfig(lua: Lua): number {
    station.disconnect();
    station.config = { ssid: '', password: '', bssid: undefined };
    options.save();
    return pushed(lua, true);
  }

  function getconfig(lua: Lua): number {
    const { ssid, password, bssid } = station.config;
    const shown = bssid ?? 'ff:ff:ff:ff:ff:ff';
    if (lua.type(1) === LuaType.boolean && lua.toBoolean(1)) {
      lua.createTable();
      const fields = { ssid, ...(password !== '' && { pwd: password }), bssid_set: bssid !== undefined, bssid: shown };
      for (const [name, value] of Object.entries(fields)) {
        pushed(lua, value);
        lua.setField(-2, name);
      }
      return 1;
    }
    for (const value of [ssid, password, bssid === undefined ? 0 : 1, shown]) pushed(lua, value);
    return 4;
  }

  function getip(lua: Lua): number {
    const { address, netmask, gateway } = stack.netif;
    if (address === 0) return pushed(lua, undefined);
    for (const part of [address, netmask, gateway]) lua.pushString(formatAddress(part));
    return 3;
  }

  function setip(lua: Lua): number {
    if (lua.type(1) !== LuaType.table) throw new LuaError('wrong arg type');
    const old = station.staticAddress ?? stack.netif;
    station.setAddress({
      address: addressField(lua, 'ip') || old.address,
      netmask: addressField(lua, 'netmask') || old.netmask,
      gateway: addressField(lua, 'gateway') || old.gateway,
    });
    return pushed(lua, true);
  }

  function getbroadcast(lua: Lua): number {
    const { address, netmask } = stack.netif;
    return pushed(lua, address === 0 ? undefined : formatAddress(address | ~netmask));
  }

  function setmac(lua: Lua): number {
    const text = lua.checkString(1);
    if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(text)) lua.argError(1, 'FF:FF:FF:FF:FF:FF');
    stack.netif.mac.set(text.split(':').map((part) => parseInt(part, 16)));
    return pushed(lua, true);
  }

  function getrssi(lua: Lua): number {
    return pushed(lua, station.isAssociated ? ACCESS_POINT.rssi : undefined);
  }

  function sethostname(lua: Lua): number {
    const name = lua.checkString(1);
    const isGood = name.length <= MAX_HOSTNAME && /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/.test(name);
    if (!isGood) throw new LuaError('Invalid hostname');
    dhcp.hostname = name;
    return pushed(lua, true);
  }

  function status(lua: Lua): number {
    if (!station.isEnabled) return pushed(lua, undefined);
    return pushed(lua, station.status satisfies Status);
  }

  function sleeptype(lua: Lua): number {
    if (lua.type(1) === LuaType.number) sleepType = lua.checkInteger(1);
    return pushed(lua, sleepType);
  }

  /** One network is on the air, or none. */
  function getap(lua: Lua): number {
    const callback = [1, 2, 3].find((index) => lua.isFunction(index));
    if (callback === undefined) throw new LuaError('wrong arg type');
    const isNewFormat = [1, 2].some((index) => lua.type(index) === LuaType.number && lua.toInteger(index) === 1);
    lua.pushValue(callback);
    const reference = lua.ref();
    options.later(() => {
      lua.pushRef(reference);
      lua.unref(reference);
      lua.createTable();
      if (options.accessPoint) pushNetwork(lua, options.accessPoint, isNewFormat);
      options.pcallx(1, 0);
    });
    return 0;
  }
}

function pushNetwork(lua: Lua, { ssid, password }: AccessPoint, isNewFormat: boolean): void {
  const { bssid, channel, rssi } = ACCESS_POINT;
  const WPA2 = 3;
  const auth = password === undefined || password === '' ? 0 : WPA2;
  lua.pushString(isNewFormat ? `${ssid},${rssi},${auth},${channel}` : `${auth},${rssi},${bssid},${channel}`);
  lua.setField(-2, isNewFormat ? bssid : ssid);
}

function readConfig(lua: Lua): StationConfig {
  const ssid = stringField(lua, 'ssid', MAX_SSID);
  if (ssid === undefined) lua.argError(1, 'ssid required');
  const password = stringField(lua, 'pwd', MAX_PASSWORD) ?? '';
  return { ssid, password, bssid: stringField(lua, 'bssid', 17) };
}

function stringField(lua: Lua, name: string, longest: number): string | undefined {
  lua.getField(1, name);
  const value = lua.toString(-1);
  if (value === undefined && !lua.isNoneOrNil(-1)) lua.argError(1, `${name}:not string`);
  if (value !== undefined && value.length > longest) lua.argError(1, `${name}: length:0-${longest}`);
  lua.pop();
  return value;
}

function booleanField(lua: Lua, name: string, fallback: boolean): boolean {
  lua.getField(1, name);
  const type = lua.type(-1);
  if (type !== LuaType.nil && type !== LuaType.boolean) lua.argError(1, `${name}:not boolean`);
  const value = type === LuaType.nil ? fallback : lua.toBoolean(-1);
  lua.pop();
  return value;
}

/** 0 when the field is absent or no address. */
function addressField(lua: Lua, name: string): number {
  lua.getField(1, name);
  const text = lua.toString(-1);
  lua.pop();
  return text === undefined ? 0 : (parseAddress(text) ?? 0);
}

/** Pushes one value as Lua's; 1 for `return`. */
export function pushed(lua: Lua, value: string | number | boolean | undefined): number {
  if (typeof value === 'string') lua.pushString(value);
  else if (typeof value === 'number') lua.pushNumber(value);
  else if (typeof value === 'boolean') lua.pushBoolean(value);
  else lua.pushNil();
  return 1;
}

/** Functions that the virtual board has not: each says so itself. */
export function missingFunctions(table: string, names: readonly string[]): Record<string, LuaFunction> {
  const missing = (name: string): LuaFunction => {
    return () => {
      throw new LuaError(`the virtual board has no ${table}.${name}`);
    };
  };
  return Object.fromEntries(names.map((name) => [name, missing(name)]));
}
