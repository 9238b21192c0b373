import { formatAddress } from '../../tcpip/address.ts';
import { LuaError } from '../../lua/errors.ts';
import { NO_REF, type Lua } from '../../lua/lua.ts';
import type { ModuleHost } from '../host.ts';
import type { Fields } from '../../lua/library.ts';
import type { StationEvent } from './station.ts';

/** Numbers of the SDK's events. */
const Event = {
  connected: 0,
  disconnected: 1,
  authModeChange: 2,
  gotIp: 3,
  dhcpTimeout: 4,
  modeChanged: 8,
  max: 9,
} as const;

type ModeChange = { type: 'mode-changed'; oldMode: number; newMode: number };
type Info = Record<string, string | number>;

/** wifi.eventmon: one handler per event, called from a task of low priority. */
export interface WifiEvents {
  readonly fields: Fields;
  register(lua: Lua, event: number, functionIndex: number): void;
  emit(event: StationEvent | ModeChange): void;
}

/** Names of the handlers that wifi.sta.config takes. */
export const CONFIG_HANDLERS: Readonly<Record<string, number>> = {
  connect_cb: Event.connected,
  disconnect_cb: Event.disconnected,
  authmode_change_cb: Event.authModeChange,
  got_ip_cb: Event.gotIp,
  dhcp_timeout_cb: Event.dhcpTimeout,
};

export function createWifiEvents(host: ModuleHost): WifiEvents {
  const { lua } = host;
  const handlers = new Map<number, number>();
  const queue: { event: number; info: Info }[] = [];

  function register(state: Lua, event: number, functionIndex: number): void {
    if (event > Event.max) throw new LuaError(`valid wifi events:0-${Event.max}`);
    state.unref(handlers.get(event) ?? NO_REF);
    handlers.delete(event);
    if (!state.isFunction(functionIndex)) return;
    state.pushValue(functionIndex);
    handlers.set(event, state.ref());
  }

  function emit(event: StationEvent | ModeChange): void {
    const [number, info] = describe(event);
    if (!handlers.has(number)) return;
    queue.push({ event: number, info });
    if (queue.length === 1) host.post(0, processOne);
  }

  function processOne(): void {
    const next = queue.shift();
    if (queue.length > 0) host.post(0, processOne);
    const handler = next && handlers.get(next.event);
    if (!next || handler === undefined) return;
    lua.pushRef(handler);
    pushInfo(lua, next.info);
    host.pcallx(1, 0);
  }

  const set = (state: Lua): number => {
    register(state, state.checkInteger(1), 2);
    return 0;
  };
  return {
    register,
    emit,
    fields: {
      register: set,
      unregister: set,
      STA_CONNECTED: Event.connected,
      STA_DISCONNECTED: Event.disconnected,
      STA_AUTHMODE_CHANGE: Event.authModeChange,
      STA_GOT_IP: Event.gotIp,
      STA_DHCP_TIMEOUT: Event.dhcpTimeout,
      AP_STACONNECTED: 5,
      AP_STADISCONNECTED: 6,
      AP_PROBEREQRECVED: 7,
      WIFI_MODE_CHANGED: Event.modeChanged,
      EVENT_MAX: Event.max,
      reason: REASONS,
    },
  };
}

function describe(event: StationEvent | ModeChange): [number, Info] {
  switch (event.type) {
    case 'connected':
      return [Event.connected, { SSID: event.ssid, BSSID: event.bssid, channel: event.channel }];
    case 'disconnected':
      return [Event.disconnected, { SSID: event.ssid, reason: event.reason, BSSID: event.bssid }];
    case 'got-ip': {
      const { address, netmask, gateway } = event;
      const info = { IP: formatAddress(address), netmask: formatAddress(netmask), gateway: formatAddress(gateway) };
      return [Event.gotIp, info];
    }
    case 'dhcp-timeout':
      return [Event.dhcpTimeout, {}];
    case 'mode-changed':
      return [Event.modeChanged, { old_mode: event.oldMode, new_mode: event.newMode }];
  }
}

function pushInfo(lua: Lua, info: Info): void {
  lua.createTable(0, Object.keys(info).length);
  for (const [name, value] of Object.entries(info)) {
    if (typeof value === 'number') lua.pushNumber(value);
    else lua.pushString(value);
    lua.setField(-2, name);
  }
}

/** IEEE 802.11 reason codes and the SDK's own (user_interface.h). */
const REASONS: Fields = {
  UNSPECIFIED: 1,
  AUTH_EXPIRE: 2,
  AUTH_LEAVE: 3,
  ASSOC_EXPIRE: 4,
  ASSOC_TOOMANY: 5,
  NOT_AUTHED: 6,
  NOT_ASSOCED: 7,
  ASSOC_LEAVE: 8,
  ASSOC_NOT_AUTHED: 9,
  DISASSOC_PWRCAP_BAD: 10,
  DISASSOC_SUPCHAN_BAD: 11,
  IE_INVALID: 13,
  MIC_FAILURE: 14,
  '4WAY_HANDSHAKE_TIMEOUT': 15,
  GROUP_KEY_UPDATE_TIMEOUT: 16,
  IE_IN_4WAY_DIFFERS: 17,
  GROUP_CIPHER_INVALID: 18,
  PAIRWISE_CIPHER_INVALID: 19,
  AKMP_INVALID: 20,
  UNSUPP_RSN_IE_VERSION: 21,
  INVALID_RSN_IE_CAP: 22,
  '802_1X_AUTH_FAILED': 23,
  CIPHER_SUITE_REJECTED: 24,
  BEACON_TIMEOUT: 200,
  NO_AP_FOUND: 201,
  AUTH_FAIL: 202,
  ASSOC_FAIL: 203,
  HANDSHAKE_TIMEOUT: 204,
};
