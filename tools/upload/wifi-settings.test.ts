import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkWifiSettings, readWifiSettings, wifiLua } from './wifi-settings.ts';

const asText = (settings: Parameters<typeof wifiLua>[0]): string => Buffer.from(wifiLua(settings)).toString('latin1');

test('the Lua file holds what is set and nothing else', () => {
  expect(asText({ ssid: 'lab', ip: '192.168.100.99', netmask: '255.255.255.0' })).toBe(
    'return {ssid="lab",ip="192.168.100.99",netmask="255.255.255.0"}\n',
  );
});

test('no network name can leave its quotes', () => {
  const text = asText({ ssid: '"..os.exit()..]]\n\\', password: 'p\u0000ß"\'' });
  expect(text).toBe(
    'return {ssid="\\034..os.exit\\040\\041..\\093\\093\\010\\092",password="p\\000\\195\\159\\034\\039"}\n',
  );
});

test.each([
  [{ password: 'long enough' }, 'ssid must have 1 to 32 bytes'],
  [{ ssid: 'x'.repeat(33) }, 'ssid must have 1 to 32 bytes'],
  [{ ssid: 'ß'.repeat(17) }, 'ssid must have 1 to 32 bytes'],
  [{ ssid: 'a', password: 'short' }, 'password must have 8 to 64 bytes'],
  [{ ssid: 'a', ip: '1.2.3', netmask: '255.0.0.0' }, 'ip is not an IPv4 address'],
  [{ ssid: 'a', ip: '1.2.3.4' }, 'ip and netmask go together'],
  [{ ssid: 'a', pasword: 'x' }, 'unknown key "pasword"'],
  [{ ssid: 5 }, 'ssid is not text'],
  [['a'], 'not an object'],
])('%j is refused: %s', (value, problem) => {
  expect(() => checkWifiSettings(value, 'test')).toThrow(problem);
});

test('a refusal never repeats a password', () => {
  expect(() => checkWifiSettings({ ssid: 'a', password: 'hunter2' }, 'test')).toThrow(
    expect.not.objectContaining({ message: expect.stringContaining('hunter2') as string }) as Error,
  );
});

test('without a settings file there are no settings, and a broken one is named without its contents', () => {
  const folder = mkdtempSync(join(tmpdir(), 'last-ack-wifi-'));
  try {
    expect(readWifiSettings(join(folder, 'none.json'))).toBeUndefined();
    const broken = join(folder, 'broken.json');
    writeFileSync(broken, '{"ssid": "lab", "password": "secret-word"');
    expect(() => readWifiSettings(broken)).toThrow(`${broken} is not valid JSON`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
