/**
 * Wi-Fi. Addresses are strings; settings live in the SDK's flash sector unless `save` is false.
 * @noSelf
 */
declare namespace wifi {
  const NULLMODE: 0;
  const STATION: 1;
  const SOFTAP: 2;
  const STATIONAP: 3;
  type Mode = 0 | 1 | 2 | 3;
  const PHYMODE_B: 1;
  const PHYMODE_G: 2;
  const PHYMODE_N: 3;
  const NONE_SLEEP: 0;
  const LIGHT_SLEEP: 1;
  const MODEM_SLEEP: 2;
  const OPEN: 0;
  const WPA_PSK: 2;
  const WPA2_PSK: 3;
  const WPA_WPA2_PSK: 4;
  const STA_IDLE: 0;
  const STA_CONNECTING: 1;
  const STA_WRONGPWD: 2;
  const STA_APNOTFOUND: 3;
  const STA_FAIL: 4;
  const STA_GOTIP: 5;
  const COUNTRY_AUTO: 0;
  const COUNTRY_MANUAL: 1;

  /** `save` (default true) writes to flash at each call: use false at every boot. */
  function setmode(mode: Mode, save?: boolean): Mode;
  function getmode(): Mode;
  function getdefaultmode(): Mode;
  function getchannel(): number;
  function getcountry(): { country: string; start_ch: number; end_ch: number; policy: 0 | 1 };
  function setcountry(country: { country?: string; start_ch?: number; end_ch?: number; policy?: 0 | 1 }): boolean;
  function setphymode(mode: 1 | 2 | 3): 1 | 2 | 3;
  function getphymode(): 1 | 2 | 3;
  /** Quarter dBm, 0 to 82. */
  function setmaxtxpower(quarterDbm: number): boolean;
  function sleeptype(type?: 0 | 1 | 2): 0 | 1 | 2;
  function nullmodesleep(enable?: boolean): boolean;
  /** Needs a firmware with power management; nil otherwise. */
  function suspend(options?: {
    duration?: number;
    suspend_cb?: (this: void) => void;
    resume_cb?: (this: void) => void;
    preserve_mode?: boolean;
  }): number | undefined;
  function resume(resumed?: (this: void) => void): void;

  namespace sta {
    interface Config {
      /** 1 to 32 bytes. */
      ssid: string;
      /** 8 to 64 bytes; absent or empty for an open network. */
      pwd?: string;
      /** Connect now and after a loss (default true). */
      auto?: boolean;
      bssid?: string;
      /** Write to flash (default true): wears it out when done at every boot. */
      save?: boolean;
      connected_cb?: (this: void, event: eventmon.Connected) => void;
      disconnected_cb?: (this: void, event: eventmon.Disconnected) => void;
      authmode_change_cb?: (this: void, event: { old_auth_mode: number; new_auth_mode: number }) => void;
      got_ip_cb?: (this: void, event: eventmon.GotIp) => void;
      dhcp_timeout_cb?: (this: void) => void;
    }

    /** Only a table: the form with two strings ended in 2017. @throws when a field is out of range */
    function config(this: void, settings: Config): boolean;
    function connect(this: void, connected?: (this: void, event: eventmon.Connected) => void): void;
    function disconnect(this: void, disconnected?: (this: void, event: eventmon.Disconnected) => void): void;
    function autoconnect(this: void, on: 0 | 1): void;
    /** Stays on a fixed address: with this DHCP is off. */
    function setip(this: void, address: { ip: string; netmask?: string; gateway?: string }): boolean;
    function getip(this: void): LuaMultiReturn<[ip: string, netmask: string, gateway: string] | [undefined]>;
    function getbroadcast(this: void): string | undefined;
    function getmac(this: void): string;
    function setmac(this: void, mac: string): boolean;
    /** dBm, nil when not connected. */
    function getrssi(this: void): number | undefined;
    /** At most 32 letters, digits and hyphens; before the connection is made. */
    function sethostname(this: void, name: string): boolean;
    function gethostname(this: void): string;
    /** One of the STA_ constants; nil outside station mode. */
    function status(this: void): 0 | 1 | 2 | 3 | 4 | 5 | undefined;
    function clearconfig(this: void): boolean;
    /** With `asTable` false (default) four results: ssid, password, whether the bssid is set, bssid. */
    function getconfig(
      this: void,
      asTable: true,
    ): { ssid: string; pwd?: string; bssid_set: boolean; bssid: string } | undefined;
    function getdefaultconfig(
      this: void,
      asTable: true,
    ): { ssid: string; pwd?: string; bssid_set: boolean; bssid: string } | undefined;
    /** Looks for networks; with `format` 1 by bssid: "ssid, rssi, auth mode, channel". */
    function getap(this: void, format: 0 | 1, found: (this: void, networks?: Record<string, string>) => void): void;
    function getap(
      this: void,
      filter: { ssid?: string; bssid?: string; channel?: number; show_hidden?: 0 | 1 },
      format: 0 | 1,
      found: (this: void, networks?: Record<string, string>) => void,
    ): void;
    function changeap(this: void, index: 1 | 2 | 3 | 4 | 5): boolean;
    function getapindex(this: void): number;
    function getapinfo(this: void): { qty: number } & Record<number, { ssid: string; pwd?: string; bssid?: string }>;
    function setaplimit(this: void, count: 1 | 2 | 3 | 4 | 5): boolean;
    function sleeptype(this: void, type?: 0 | 1 | 2): 0 | 1 | 2;
  }

  namespace ap {
    interface Config {
      ssid: string;
      pwd?: string;
      auth?: 0 | 2 | 3 | 4;
      channel?: number;
      hidden?: boolean;
      max?: number;
      beacon?: number;
      save?: boolean;
    }
    function config(this: void, settings: Config): boolean;
    function deauth(this: void, mac?: string): boolean;
    function getip(this: void): LuaMultiReturn<[ip: string, netmask: string, gateway: string] | [undefined]>;
    function setip(this: void, address: { ip: string; netmask: string; gateway: string }): boolean;
    function getbroadcast(this: void): string | undefined;
    function getmac(this: void): string;
    function setmac(this: void, mac: string): boolean;
    /** Addresses of the stations by MAC. */
    function getclient(this: void): Record<string, string>;
    function getconfig(this: void, asTable: true): Required<Omit<Config, 'save'>>;
    function getdefaultconfig(this: void, asTable: true): Required<Omit<Config, 'save'>>;
    namespace dhcp {
      function config(this: void, pool: { start: string }): LuaMultiReturn<[first: string, last: string]>;
      function start(this: void): boolean;
      function stop(this: void): boolean;
    }
  }

  namespace eventmon {
    interface Connected {
      SSID: string;
      BSSID: string;
      channel: number;
    }
    interface Disconnected {
      SSID: string;
      BSSID: string;
      /** 2 authentication expired, 8 left, 15 wrong password, 200 beacon lost, 201 no access point, 202 refused ... */
      reason: number;
    }
    interface GotIp {
      IP: string;
      netmask: string;
      gateway: string;
    }
    const STA_CONNECTED: unique symbol;
    const STA_DISCONNECTED: unique symbol;
    const STA_AUTHMODE_CHANGE: unique symbol;
    const STA_GOT_IP: unique symbol;
    const STA_DHCP_TIMEOUT: unique symbol;
    const AP_STACONNECTED: unique symbol;
    const AP_STADISCONNECTED: unique symbol;
    const AP_PROBEREQRECVED: unique symbol;
    const WIFI_MODE_CHANGED: unique symbol;

    /** One handler per event; a second one replaces the first. */
    function register(this: void, event: typeof STA_CONNECTED, handler: (this: void, event: Connected) => void): void;
    function register(
      this: void,
      event: typeof STA_DISCONNECTED,
      handler: (this: void, event: Disconnected) => void,
    ): void;
    function register(
      this: void,
      event: typeof STA_AUTHMODE_CHANGE,
      handler: (this: void, event: { old_auth_mode: number; new_auth_mode: number }) => void,
    ): void;
    function register(this: void, event: typeof STA_GOT_IP, handler: (this: void, event: GotIp) => void): void;
    function register(this: void, event: typeof STA_DHCP_TIMEOUT, handler: (this: void) => void): void;
    function register(
      this: void,
      event: typeof AP_STACONNECTED | typeof AP_STADISCONNECTED,
      handler: (this: void, event: { MAC: string; AID: number }) => void,
    ): void;
    function register(
      this: void,
      event: typeof AP_PROBEREQRECVED,
      handler: (this: void, event: { MAC: string; RSSI: number }) => void,
    ): void;
    function register(
      this: void,
      event: typeof WIFI_MODE_CHANGED,
      handler: (this: void, event: { old_mode: Mode; new_mode: Mode }) => void,
    ): void;
    function unregister(
      this: void,
      event:
        | typeof STA_CONNECTED
        | typeof STA_DISCONNECTED
        | typeof STA_AUTHMODE_CHANGE
        | typeof STA_GOT_IP
        | typeof STA_DHCP_TIMEOUT
        | typeof AP_STACONNECTED
        | typeof AP_STADISCONNECTED
        | typeof AP_PROBEREQRECVED
        | typeof WIFI_MODE_CHANGED,
    ): void;
    /** Reasons of a loss by name. */
    const reason: Readonly<Record<string, number>>;
  }
}
