import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describePorts, findPort, listBySysfs } from './discovery.ts';

const ch340 = { path: '/dev/ttyUSB0', vendorId: '1a86', productId: '7523' };
const cp2102 = { path: '/dev/ttyUSB1', vendorId: '10C4', productId: 'EA60' };
const phone = { path: '/dev/ttyACM0', vendorId: '04e8', productId: '6860', manufacturer: 'Samsung' };
const builtIn = { path: '/dev/ttyS0' };
const found = (ports: Parameters<typeof describePorts>[0]) => () => Promise.resolve(describePorts(ports));

test('USB bridges carry the names that are printed on boards, whatever the case of their ids', () => {
  expect(describePorts([builtIn, cp2102, ch340]).map(({ path, name }) => `${path} ${name}`)).toEqual([
    '/dev/ttyUSB0 CH340',
    '/dev/ttyUSB1 CP2102/CP2104',
  ]);
});

test('the only board is found, and a phone beside it does not make it ambiguous', async () => {
  expect(await findPort(undefined, found([phone, ch340, builtIn]))).toBe('/dev/ttyUSB0');
});

test('an unknown USB serial device is taken when nothing else is there', async () => {
  expect(await findPort(undefined, found([phone, builtIn]))).toBe('/dev/ttyACM0');
});

test('no board ends with exit code 3 and the way to go on without hardware', async () => {
  await expect(findPort(undefined, found([builtIn]))).rejects.toMatchObject({
    exitCode: 3,
    cure: expect.stringMatching(/--port.*virtual/s) as string,
  });
});

test('two boards are listed with their names, and --port is asked for', async () => {
  await expect(findPort(undefined, found([ch340, cp2102]))).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringMatching(/ttyUSB0 {2}CH340\n.*ttyUSB1 {2}CP2102/) as string,
    cure: 'choose one: --port /dev/ttyUSB0',
  });
});

test('a port that was asked for is used as it is', async () => {
  expect(await findPort('COM7', found([ch340, cp2102]))).toBe('COM7');
});

test('without udev the kernel is asked for the ids', () => {
  const root = mkdtempSync(join(tmpdir(), 'last-ack-sysfs-'));
  try {
    const device = join(root, 'devices/usb1/1-1');
    mkdirSync(join(device, '1-1:1.0/ttyUSB0'), { recursive: true });
    writeFileSync(join(device, 'idVendor'), '1a86\n');
    writeFileSync(join(device, 'idProduct'), '7523\n');
    const tty = join(root, 'class');
    mkdirSync(tty);
    symlinkSync(join(device, '1-1:1.0/ttyUSB0'), join(tty, 'ttyUSB0'));
    expect(describePorts(listBySysfs(tty))).toEqual([{ path: '/dev/ttyUSB0', name: 'CH340', isKnownBridge: true }]);
  } finally {
    rmSync(root, { recursive: true });
  }
});
