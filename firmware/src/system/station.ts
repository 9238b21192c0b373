/** Joins the Wi-Fi as the device file `wifi.lua` says, and joins again when it was lost. */

export interface StationSettings {
  ssid: string;
  password?: string;
  /** A fixed address; without one DHCP is asked. */
  ip?: string;
  netmask?: string;
  gateway?: string;
  hostname?: string;
}

/** The lab of 2016, and the virtual board's network. */
const lab: StationSettings = {
  ssid: 'last-ack-lab',
  ip: '192.168.100.99',
  netmask: '255.255.255.0',
  gateway: '192.168.100.1',
  hostname: 'last-ack',
};

/** What `wifi.lua` returns, or the lab's settings. */
export function readSettings(): StationSettings {
  if (!file.exists('wifi.lua')) return lab;
  const [ok, result] = pcall(dofile, 'wifi.lua');
  if (ok && type(result) === 'table') return result as StationSettings;
  print('wifi: wifi.lua is not a table of settings');
  return lab;
}

/** The firmware before 2017 took the name and the password as two strings. */
type OldConfig = (this: void, ssid: string, password: string) => void;

/** Starts joining. The SDK goes on trying by itself. */
export function join(settings = readSettings()): void {
  const { ssid, password, ip, netmask, gateway, hostname } = settings;
  if ((net.createUDPSocket as unknown) === undefined) {
    wifi.setmode(wifi.STATION);
    (wifi.sta.config as unknown as OldConfig)(ssid, password ?? '');
  } else {
    wifi.setmode(wifi.STATION, false);
    if (hostname !== undefined) wifi.sta.sethostname(hostname);
    const config: wifi.sta.Config = { ssid, save: false, auto: true };
    if (password !== undefined && password !== '') config.pwd = password;
    wifi.sta.config(config);
  }
  if (ip !== undefined) wifi.sta.setip({ ip, netmask: netmask ?? '255.255.255.0', gateway: gateway ?? ip });
  print(`wifi: joining ${ssid}`);
}
