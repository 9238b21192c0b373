/** Joins the Wi-Fi as the device file `wifi.lua` says; loaded at boot and let go. */

interface Settings {
  ssid: string;
  password?: string;
  /** A fixed address; without one DHCP is asked. */
  ip?: string;
  netmask?: string;
  gateway?: string;
  hostname?: string;
}

/** The lab of 2016, and the virtual board's network. */
const lab: Settings = {
  ssid: 'last-ack-lab',
  ip: '192.168.100.99',
  netmask: '255.255.255.0',
  gateway: '192.168.100.1',
  hostname: 'last-ack',
};

function settings(): Settings {
  if (!file.exists('wifi.lua')) return lab;
  const [ok, result] = pcall(dofile, 'wifi.lua');
  if (ok && type(result) === 'table') return result as Settings;
  print('wifi: wifi.lua is not a table of settings');
  return lab;
}

/** Starts joining; the SDK goes on trying by itself. */
export function join(): void {
  const { ssid, password, ip, netmask, gateway, hostname } = settings();
  wifi.setmode(wifi.STATION, false);
  if (hostname !== undefined) wifi.sta.sethostname(hostname);
  const config: wifi.sta.Config = { ssid, save: false, auto: true };
  if (password !== undefined && password !== '') config.pwd = password;
  wifi.sta.config(config);
  if (ip !== undefined) wifi.sta.setip({ ip, netmask: netmask ?? '255.255.255.0', gateway: gateway ?? ip });
  print(`wifi: joining ${ssid}`);
}
