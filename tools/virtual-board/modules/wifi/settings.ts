import type { FlashChip } from '../../serial/flash-chip.ts';
import { Mode, type StationConfig } from './station.ts';

/** Where the SDK keeps its parameters: the last sectors of the flash chip. */
const SECTORS_FROM_END = 3;
const SECTOR = 4096;
const MAGIC = 0x5a;
const SSID_SIZE = 32;
const PASSWORD_SIZE = 64;
const SIZE = 3 + 1 + SSID_SIZE + 1 + PASSWORD_SIZE;

/** What survives a reset. */
export interface WifiSettings {
  mode: number;
  autoConnect: boolean;
  config: StationConfig;
}

const DEFAULTS: WifiSettings = {
  // A freshly flashed NodeMCU is a station with nothing to connect to.
  mode: Mode.station,
  autoConnect: true,
  config: { ssid: '', password: '', bssid: undefined },
};

const addressIn = (flash: FlashChip): number => flash.size - SECTORS_FROM_END * SECTOR;

export function loadSettings(flash: FlashChip): WifiSettings {
  const bytes = flash.read(addressIn(flash), SIZE);
  if (bytes[0] !== MAGIC) return { ...DEFAULTS, config: { ...DEFAULTS.config } };
  const text = (at: number): string =>
    Buffer.from(bytes.subarray(at + 1, at + 1 + (bytes[at] ?? 0))).toString('latin1');
  const config = { ssid: text(3), password: text(4 + SSID_SIZE), bssid: undefined };
  return { mode: bytes[1] ?? Mode.station, autoConnect: bytes[2] === 1, config };
}

/** Writes only when something changed, to spare the cells. */
export function saveSettings(flash: FlashChip, settings: WifiSettings): void {
  const bytes = new Uint8Array(SIZE);
  const put = (at: number, text: string): void => {
    bytes[at] = text.length;
    bytes.set(Buffer.from(text, 'latin1'), at + 1);
  };
  bytes.set([MAGIC, settings.mode, settings.autoConnect ? 1 : 0]);
  put(3, settings.config.ssid);
  put(4 + SSID_SIZE, settings.config.password);
  const at = addressIn(flash);
  if (Buffer.compare(flash.read(at, SIZE), bytes) === 0) return;
  flash.eraseSector(at);
  flash.write(at, bytes);
}
