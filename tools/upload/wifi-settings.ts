import { readFileSync } from 'node:fs';
import { ExitCode, UserError } from '../cli/exit.ts';
import { luaQuote } from './device-files.ts';

/** What the board's `wifi.lua` returns. Any bytes may stand in the name and the password of a network. */
export interface WifiSettings {
  ssid: string;
  password?: string;
  /** Static address; without it the board asks by DHCP. */
  ip?: string;
  netmask?: string;
  gateway?: string;
  hostname?: string;
}

/** Git ignores it. */
export const wifiSettingsFile = 'firmware/wifi.local.json';
export const wifiFileName = 'wifi.lua';

/** The virtual board's access point, and the addresses of the 2016 lab. */
export const labSettings: WifiSettings = {
  ssid: 'last-ack-lab',
  ip: '192.168.100.99',
  netmask: '255.255.255.0',
  gateway: '192.168.100.1',
};

const keys = ['ssid', 'password', 'ip', 'netmask', 'gateway', 'hostname'] as const;

/** The Lua file for the board. Never print it: it holds the password. */
export function wifiLua(settings: WifiSettings): Uint8Array {
  const fields = keys.flatMap((key) => {
    const value = settings[key];
    return value === undefined || value === '' ? [] : [`${key}=${luaQuote(value)}`];
  });
  return Buffer.from(`return {${fields.join(',')}}\n`, 'latin1');
}

/** Settings from a JSON file; undefined when there is none. No message repeats what the file says. */
export function readWifiSettings(path = wifiSettingsFile): WifiSettings | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  return checkWifiSettings(parse(text, path), path);
}

/** Refuses unknown keys, wrong types and addresses that are none; `source` names where the settings come from. */
export function checkWifiSettings(value: unknown, source: string): WifiSettings {
  const refuse = (problem: string): never => {
    throw new UserError(
      `${source}: ${problem}`,
      'it takes ssid, password, and for a static address ip, netmask and gateway, all of them text',
      ExitCode.usage,
    );
  };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse('not an object');
  for (const [key, entry] of Object.entries(value)) {
    if (!keys.some((known) => known === key)) return refuse(`unknown key ${JSON.stringify(key)}`);
    if (typeof entry !== 'string') return refuse(`${key} is not text`);
    if (['ip', 'netmask', 'gateway'].includes(key) && !isAddress(entry)) return refuse(`${key} is not an IPv4 address`);
  }
  const settings: WifiSettings = { ssid: '', ...value };
  const ssidLength = Buffer.byteLength(settings.ssid);
  if (ssidLength < 1 || ssidLength > 32) return refuse('ssid must have 1 to 32 bytes');
  const passwordLength = Buffer.byteLength(settings.password ?? '');
  if (passwordLength > 64 || (passwordLength > 0 && passwordLength < 8))
    return refuse('password must have 8 to 64 bytes');
  if ((settings.ip === undefined) !== (settings.netmask === undefined)) return refuse('ip and netmask go together');
  return settings;
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UserError(`${path} is not valid JSON`, 'example: {"ssid": "...", "password": "..."}', ExitCode.usage);
  }
}

function isAddress(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
}
